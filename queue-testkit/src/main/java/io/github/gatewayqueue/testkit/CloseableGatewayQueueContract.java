package io.github.gatewayqueue.testkit;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gatewayqueue.GatewayQueueException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The contract of a queue that is {@link AutoCloseable}: that of every {@linkplain
 * GatewayQueueContract queue}, and what happens when it is closed. Requests that wait at that
 * moment throw {@link GatewayQueueException}, later ones {@link IllegalStateException}, and closing
 * once more changes nothing.
 */
public abstract class CloseableGatewayQueueContract extends GatewayQueueContract {
  /** For subclasses. */
  protected CloseableGatewayQueueContract() {}

  @Test
  void close_whileRequestsWait_throwsToEachOfThem() throws Exception {
    QueueUnderTest line = open(NEVER);
    line.start().awaitReturn();
    List<Request> requests = line.join(5);
    close(line);
    for (Request request : requests) {
      assertInstanceOf(GatewayQueueException.class, request.await().thrown());
    }
  }

  @Test
  void request_afterClose_throwsIllegalStateException() throws Exception {
    QueueUnderTest line = open(NEVER);
    close(line);
    assertInstanceOf(IllegalStateException.class, line.start().await().thrown());
    assertInstanceOf(IllegalStateException.class, line.start().await().thrown());
  }

  @Test
  void close_onceMore_changesNothing() throws Exception {
    QueueUnderTest line = open(NEVER);
    line.start().awaitReturn();
    Request waiting = line.join();
    close(line);
    close(line);
    assertInstanceOf(GatewayQueueException.class, waiting.await().thrown());
    close(line);
    assertInstanceOf(IllegalStateException.class, line.start().await().thrown());
  }

  private static void close(QueueUnderTest line) throws Exception {
    assertInstanceOf(AutoCloseable.class, line.queue()).close();
  }
}
