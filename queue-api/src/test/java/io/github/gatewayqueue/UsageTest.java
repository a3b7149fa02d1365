package io.github.gatewayqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows. */
class UsageTest {
  private final List<String> said = new ArrayList<>();

  /** Notes what it is told. */
  private final class Start implements SessionStart {
    @Override
    public void identified() {
      said.add("identified");
    }

    @Override
    public void answered() {
      said.add("answered");
    }

    @Override
    public void cancel() {
      said.add("cancel");
    }

    @Override
    public boolean isExpired() {
      return false;
    }

    @Override
    public void close() {
      said.add("close");
    }
  }

  private final GatewayQueue queue =
      new GatewayQueue() {
        @Override
        public void request(long id, long total) {}

        @Override
        public SessionStart acquire(long id, long total) {
          return new Start();
        }
      };

  /** A connection to Discord. */
  interface Gateway {
    void awaitHello() throws IOException;

    boolean isOpen();

    void identify() throws IOException;

    void awaitReady() throws IOException;
  }

  private final class GoodGateway implements Gateway {
    @Override
    public void awaitHello() throws IOException {
      said.add("HELLO");
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void identify() {
      said.add("IDENTIFY");
    }

    @Override
    public void awaitReady() {
      said.add("READY");
    }
  }

  @Test
  void acquire_connectionIsGood_saysSo() throws Exception {
    start(new GoodGateway(), 0, 1);
    assertEquals(List.of("HELLO", "IDENTIFY", "identified", "READY", "answered", "close"), said);
  }

  // @start region="acquire"
  void start(Gateway gateway, int shardId, int shardCount)
      throws IOException, InterruptedException {
    gateway.awaitHello();
    try (SessionStart start = queue.acquire(shardId, shardCount)) { // blocks until it is its turn
      gateway.identify();
      start.identified(); // the next start of the bucket is due an interval from here
      gateway.awaitReady();
      start.answered(); // or even sooner
    }
  }

  // @end

  private final class ClosedGateway implements Gateway {
    @Override
    public void awaitHello() {
      said.add("HELLO");
    }

    @Override
    public boolean isOpen() {
      return false;
    }

    @Override
    public void identify() {
      throw new AssertionError("it is closed");
    }

    @Override
    public void awaitReady() {}
  }

  @Test
  void acquire_connectionIsClosedBefore_isCancelled() throws Exception {
    assertFalse(startIfOpen(new ClosedGateway(), 0, 1));
    assertEquals(List.of("HELLO", "cancel", "close"), said);
  }

  // @start region="cancel"
  boolean startIfOpen(Gateway gateway, int shardId, int shardCount)
      throws IOException, InterruptedException {
    gateway.awaitHello();
    try (SessionStart start = queue.acquire(shardId, shardCount)) {
      if (!gateway.isOpen()) { // it was closed while the shard waited
        start.cancel(); // nothing was sent: the next one may go at once
        return false;
      }
      gateway.identify(); // if this throws, something may have been sent, and close() says so
      start.identified();
      return true;
    }
  }

  // @end
}
