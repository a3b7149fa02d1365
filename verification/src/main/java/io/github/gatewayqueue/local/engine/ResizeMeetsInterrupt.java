package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIZ_Result;

/** A head is moved and interrupted: it leaves the line that it was moved to. */
@JCStressTest
@Outcome(id = "interrupted, status clear, 0, true", expect = ACCEPTABLE, desc = "Interrupted.")
@State
public class ResizeMeetsInterrupt {

  private final Engine engine = new Engine(1);
  private final Interrupter interrupter = new Interrupter();

  /** Requests. */
  @Actor
  public void shard(LIZ_Result r) {
    r.r1 = interrupter.request(engine, 1);
  }

  /** Resizes and interrupts. */
  @Actor
  public void other() {
    Requests.awaitSleep(engine);
    engine.buckets.resize(2);
    interrupter.interrupt();
  }

  /** Looks at what is left. */
  @Arbiter
  public void end(LIZ_Result r) {
    r.r2 = engine.charged();
    r.r3 = engine.isEmpty();
  }
}
