package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;

/** Of two words that are said at once one is the first: the start is given back, or used. */
@JCStressTest
@Outcome(id = "0, 1, false", expect = ACCEPTABLE, desc = "Given back.")
@Outcome(id = "1, 0, false", expect = ACCEPTABLE, desc = "Used.")
@State
public class CancelMeetsIdentified {

  private final Engine engine = new Engine(1);
  private final Held start = engine.hold(0);

  /** Cancels. */
  @Actor
  public void canceller() {
    start.cancel();
  }

  /** Says that it identifies. */
  @Actor
  public void holder() {
    start.identified();
  }

  /** Looks at what was heard. */
  @Arbiter
  public void end(IIZ_Result r) {
    r.r1 = engine.used();
    r.r2 = engine.takenBack();
    r.r3 = start.isExpired();
  }
}
