package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testkit.CloseableGatewayQueueContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/**
 * The contract of every queue that can be closed, on {@link HttpQueue} and brokers in this JVM: one
 * for each queue, as the tests give each queue an interval. Brokers that are processes of their own
 * have {@link CrashTest}.
 *
 * <p>Three tests do not apply, as the kit says itself of every queue that asks a server, and
 * nothing else is left out:
 *
 * <ul>
 *   <li>An interrupt that races a release may cost that start: the server has given it, and cannot
 *       take back what is on its way. What such a race may not do, namely release somebody early or
 *       hold up the line, is tested all the same.
 *   <li>A client whose threads do not get to run delays no release; the server does not know of it.
 *   <li>The HTTP client has a thread of its own. That it is only one, and gone after {@code
 *       close()}, is tested in {@link EndTest}.
 * </ul>
 */
abstract class HttpQueueContract extends CloseableGatewayQueueContract {
  private final Protocol protocol;
  private final EngineLog log = new EngineLog();

  HttpQueueContract(Protocol protocol) {
    this.protocol = protocol;
  }

  @AfterEach
  void closeLog() {
    log.close();
  }

  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return queue(interval, Duration.ofSeconds(30));
  }

  /** The broker holds none for longer than 30 s, which no test of these takes. */
  @Override
  protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) throws Exception {
    return protocol == Protocol.PLAIN
        ? super.createQueue(interval, holdTimeout)
        : queue(interval, holdTimeout);
  }

  private GatewayQueue queue(Duration interval, Duration holdTimeout) {
    Broker broker = BrokerTest.broker().interval(interval).start();
    return new NumberedQueue(
        log,
        broker,
        HttpQueue.builder(broker.uri())
            .protocol(protocol)
            .holdTimeout(holdTimeout)
            .margin(hangGuard()) // a machine that is slow is not to change the order
            .heldSilence(hangGuard())
            .build());
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((NumberedQueue) queue).waiting();
  }

  @Override
  protected boolean remote() {
    return true;
  }

  /** Requests join within milliseconds, each over a new connection. */
  @Override
  protected Duration interval() {
    return Duration.ofMillis(200);
  }

  @Override
  protected int rounds() {
    return 100;
  }
}
