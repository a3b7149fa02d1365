package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIZ_Result;

/** The next in line is interrupted as the start before it is cancelled: it goes or leaves. */
@JCStressTest
@Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
@Outcome(id = "interrupted, status clear, 1, true", expect = ACCEPTABLE, desc = "Interrupted.")
@State
public class CancelMeetsInterrupt {

  private final Engine engine = new Engine(1);
  private final Held start = engine.hold(0);
  private final Interrupter interrupter = new Interrupter();

  /** Requests. */
  @Actor
  public void shard(LIZ_Result r) {
    r.r1 = interrupter.request(engine, 0);
  }

  /** Cancels and interrupts. */
  @Actor
  public void holder() {
    start.cancel();
    interrupter.interrupt();
  }

  /** Looks at what is left. */
  @Arbiter
  public void end(LIZ_Result r) {
    r.r2 = engine.granted();
    r.r3 = engine.isEmpty();
  }
}
