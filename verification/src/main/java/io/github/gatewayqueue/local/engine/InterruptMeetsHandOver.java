package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIZ_Result;

/** One that stands behind is made the head and interrupted: it goes or leaves. */
@JCStressTest
@Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
@Outcome(id = "interrupted, status clear, 1, true", expect = ACCEPTABLE, desc = "Interrupted.")
@State
public class InterruptMeetsHandOver {

  private final Engine engine = new Engine(1);
  private final Interrupter interrupter = new Interrupter();

  /** Lets the one before it go, and requests. */
  @Actor
  public void behind(LIZ_Result r) {
    Requests.awaitArrival(engine);
    engine.grant(2);
    r.r1 = interrupter.request(engine, 0);
  }

  /** Requests, which hands over, and interrupts. */
  @Actor
  public void before() {
    Requests.request(engine, 0);
    interrupter.interrupt();
  }

  /** Looks at what is left. */
  @Arbiter
  public void end(LIZ_Result r) {
    r.r2 = engine.granted();
    r.r3 = engine.isEmpty();
  }
}
