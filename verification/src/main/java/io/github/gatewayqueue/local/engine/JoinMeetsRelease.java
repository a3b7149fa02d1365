package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLZ_Result;

/** One joins at the moment at which the one before it is released: both go. */
@JCStressTest
@Outcome(id = "released, released, true", expect = ACCEPTABLE, desc = "Both released.")
@State
public class JoinMeetsRelease {

  private final Engine engine = new Engine(1);

  /** Lets the one before it go, and requests. */
  @Actor
  public void behind(LLZ_Result r) {
    Requests.awaitArrival(engine);
    engine.grant(2);
    r.r1 = Requests.request(engine, 0);
  }

  /** Requests. */
  @Actor
  public void before(LLZ_Result r) {
    r.r2 = Requests.request(engine, 0);
  }

  /** Looks whether somebody is left. */
  @Arbiter
  public void end(LLZ_Result r) {
    r.r3 = engine.isEmpty();
  }
}
