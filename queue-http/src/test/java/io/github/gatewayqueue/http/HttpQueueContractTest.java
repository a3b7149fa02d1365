package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testkit.CloseableGatewayQueueContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The contract of every queue that can be closed, on {@link HttpQueue} and real brokers. */
class HttpQueueContractTest {

  @Nested
  class Auto extends Contract {
    Auto() {
      super(Protocol.AUTO);
    }
  }

  @Nested
  class Events extends Contract {
    Events() {
      super(Protocol.SSE);
    }
  }

  /** One broker for each queue, as the tests give each queue an interval. */
  abstract static class Contract extends CloseableGatewayQueueContract {
    private final Protocol protocol;
    private final List<Broker> brokers = new ArrayList<>();

    Contract(Protocol protocol) {
      this.protocol = protocol;
    }

    @AfterEach
    void stopBrokers() {
      brokers.forEach(Broker::close);
    }

    @Override
    protected GatewayQueue createQueue(Duration interval) {
      Broker broker = Broker.builder().port(0).interval(interval).startDelay(Duration.ZERO).start();
      brokers.add(broker);
      return HttpQueue.builder(broker.uri()).protocol(protocol).build();
    }

    /** Those that the broker has told their place: that it has one is what makes it a place. */
    @Override
    protected int waiting(GatewayQueue queue) {
      return ((HttpQueue) queue).inLine();
    }

    @Override
    protected boolean remote() {
      return true;
    }

    /** The broker tells a request that it is in line some 20 ms after it has joined. */
    @Override
    protected Duration interval() {
      return Duration.ofMillis(500);
    }

    @Override
    protected int rounds() {
      return 100;
    }
  }
}
