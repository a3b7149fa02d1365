package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZ_Result;

/** A head that sleeps is moved and granted a start at once: it wakes in its new bucket. */
@JCStressTest
@Outcome(id = "released, true", expect = ACCEPTABLE, desc = "Released.")
@State
public class ResizeMeetsGrant {

  private final Engine engine = new Engine(1);

  /** Requests. */
  @Actor
  public void shard(LZ_Result r) {
    r.r1 = Requests.request(engine, 1);
  }

  /** Resizes and grants. */
  @Actor
  public void other() {
    Requests.awaitSleep(engine);
    engine.buckets.resize(2);
    engine.grant(1);
  }

  /** Looks whether somebody is left. */
  @Arbiter
  public void end(LZ_Result r) {
    r.r2 = engine.isEmpty();
  }
}
