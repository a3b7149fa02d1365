package io.github.gatewayqueue.broker.connections;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Until when a connection may do nothing, by a clock of the test's. */
class ConnectionTest {
  private final Connections connections = new Connections(new ConnectionLimit());
  private final Connection connection = new Connection(connections);
  private final EmbeddedChannel channel = open(connection);

  private static EmbeddedChannel open(Connection connection) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel.pipeline().addFirst(connection);
    channel.pipeline().fireChannelActive();
    return channel;
  }

  private void pass(Duration time) {
    channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  private void assertClosedAfter(Duration time) {
    pass(time.minusMillis(1));
    assertTrue(channel.isOpen());
    pass(Duration.ofMillis(1));
    assertFalse(channel.isOpen());
  }

  private void answer() {
    connection.requestBegins();
    connection.requestComplete();
    connection.answered();
  }

  private void read() {
    channel.writeInbound("piece");
  }

  @Test
  void time_nothingIsSent_isThatOfARequest() {
    assertClosedAfter(Connection.MAX_INCOMPLETE);
  }

  @Test
  void time_onlyPiecesOfARequest_doesNotStartAgain() {
    read();
    pass(Connection.MAX_INCOMPLETE.minusSeconds(1));
    read();
    assertClosedAfter(Duration.ofSeconds(1));
  }

  @Test
  void time_headersHaveCome_isThatOfTheBody() {
    pass(Duration.ofSeconds(9));
    connection.requestBegins();
    assertClosedAfter(Connection.MAX_INCOMPLETE);
  }

  @Test
  void time_requestIsComplete_isUnlimited() {
    connection.requestBegins();
    connection.requestComplete();
    pass(Duration.ofDays(300));
    assertTrue(channel.isOpen());
  }

  @Test
  void time_answered_isLongerUntilTheNextRequestBegins() {
    answer();
    assertClosedAfter(Connection.MAX_IDLE);
  }

  @Test
  void time_nextRequestBegins_isThatOfARequest() {
    answer();
    pass(Connection.MAX_IDLE.minusSeconds(1));
    read();
    pass(Duration.ofSeconds(1));
    read();
    assertClosedAfter(Connection.MAX_INCOMPLETE.minusSeconds(1));
  }

  @Test
  void idle_readOrClosed_isNoLonger() {
    answer();
    read();
    assertFalse(connections.leaveIdle(connection));
    answer();
    var unused = channel.close();
    assertFalse(connections.leaveIdle(connection));
  }

  /** As for half a request that the decoder hands out when the connection is closed. */
  @Test
  void idle_answeredWhileItIsClosed_isNotIdle() {
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelInactive(ChannelHandlerContext context) {
                connection.answered();
              }
            });
    var unused = channel.close();
    assertFalse(connections.leaveIdle(connection));
    connection.cutOff();
    pass(Connection.MAX_IDLE);
  }

  @Test
  void read_nothingMoreIsRead_isClosed() {
    read();
    assertTrue(channel.isOpen());
    channel.config().setAutoRead(false);
    read();
    assertFalse(channel.isOpen());
  }
}
