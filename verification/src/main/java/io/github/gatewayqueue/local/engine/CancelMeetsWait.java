package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZ_Result;

/** A start is cancelled between a head that looks and its wait: the head goes. */
@JCStressTest
@Outcome(id = "released, true", expect = ACCEPTABLE, desc = "Released.")
@State
public class CancelMeetsWait {

  private final Engine engine = new Engine(1);
  private final Held start = engine.hold(0);

  /** Requests. */
  @Actor
  public void shard(LZ_Result r) {
    r.r1 = Requests.request(engine, 0);
  }

  /** Cancels, when somebody waits. */
  @Actor
  public void holder() {
    Requests.awaitArrival(engine);
    start.cancel();
  }

  /** Looks whether somebody is left. */
  @Arbiter
  public void end(LZ_Result r) {
    r.r2 = engine.isEmpty();
  }
}
