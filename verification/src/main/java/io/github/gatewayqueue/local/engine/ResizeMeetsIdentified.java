package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLZ_Result;

/**
 * A bucket that is held is divided as its holder identifies: nobody waits for the hold any more.
 */
@JCStressTest
@Outcome(id = "released, released, true", expect = ACCEPTABLE, desc = "Both released.")
@State
public class ResizeMeetsIdentified {

  private final Engine engine = new Engine(1);
  private final Held start = engine.hold(0);

  /** Resizes, and requests in the bucket that has another shard than the holder's. */
  @Actor
  public void shard(LLZ_Result r) {
    engine.buckets.resize(2);
    engine.grant(2);
    r.r1 = Requests.request(engine, 1);
  }

  /** Says that it identifies. */
  @Actor
  public void holder() {
    start.identified();
  }

  /** Requests in the holder's own bucket. */
  @Arbiter
  public void end(LLZ_Result r) {
    r.r2 = Requests.request(engine, 0);
    r.r3 = engine.isEmpty();
  }
}
