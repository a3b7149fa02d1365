package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIZ_Result;

/** A head that was woken for its start is interrupted before it looks: it goes. */
@JCStressTest
@Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
@State
public class InterruptMeetsRelease {

  private final Engine engine = new Engine(1);
  private final Interrupter interrupter = new Interrupter();

  /** Requests. */
  @Actor
  public void shard(LIZ_Result r) {
    r.r1 = interrupter.request(engine, 0);
  }

  /** Grants and interrupts. */
  @Actor
  public void other() {
    Requests.awaitSleep(engine);
    engine.grant(1);
    interrupter.interrupt();
  }

  /** Looks at what is left. */
  @Arbiter
  public void end(LIZ_Result r) {
    r.r2 = engine.granted();
    r.r3 = engine.isEmpty();
  }
}
