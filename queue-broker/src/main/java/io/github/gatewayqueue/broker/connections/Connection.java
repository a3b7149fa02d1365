package io.github.gatewayqueue.broker.connections;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection and its deadline: it is closed if its client sends nothing until then. While a
 * request waits for its response there is no deadline. Used by the event loop alone. The loop reads
 * what has arrived before it checks the time, so a busy loop closes no connection whose client has
 * sent something.
 */
public final class Connection extends ChannelInboundHandlerAdapter {
  /** How long a client may take to send a request. */
  static final Duration MAX_INCOMPLETE = Duration.ofSeconds(10);

  /** How long a client may keep a connection for its next request. */
  static final Duration MAX_IDLE = Duration.ofSeconds(75);

  private final Connections connections;
  private @Nullable Channel channel;
  private @Nullable Future<?> end;

  Connection(Connections connections) {
    this.connections = connections;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel = context.channel();
    closeAfter(MAX_INCOMPLETE);
    connections.opened();
    context.fireChannelActive();
  }

  /** Something is read: the first piece of the next request, if none is under way. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (connections.leaveIdle(this)) {
      closeAfter(MAX_INCOMPLETE);
    }
    connections.reading(this);
    context.fireChannelRead(message);
    connections.reading(null);
  }

  /**
   * Closes the connection once Vert.x has stopped reading from it, which it does if too many
   * requests are pipelined. Without reading, the broker would not notice that the client has hung
   * up, and its request would stay in line.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    if (!context.channel().config().isAutoRead()) {
      cutOff();
    }
  }

  /** Half of a request may be left in the decoder, which hands it out as an invalid one now. */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connections.reading(this);
    context.fireChannelInactive();
    connections.reading(null);
    requestComplete();
    connections.leaveIdle(this);
  }

  /** The headers of a request have come; its body is still to come. */
  public void requestBegins() {
    connections.leaveIdle(this);
    closeAfter(MAX_INCOMPLETE);
  }

  /** A request is complete, and its answer may take any time. */
  public void requestComplete() {
    if (end != null) {
      end.cancel(false);
      end = null;
    }
  }

  /** A request is answered, and another one may come. */
  public void answered() {
    closeAfter(MAX_IDLE);
    connections.becomeIdle(this);
  }

  private void closeAfter(Duration time) {
    requestComplete();
    end =
        requireNonNull(channel)
            .eventLoop()
            .schedule(this::cutOff, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Closes it at once, past Vert.x: that sends before what is still to be sent, and waits without
   * an end for a client that does not read. Does nothing if it is closed already.
   */
  public void cutOff() {
    ChannelHandlerContext first = requireNonNull(channel).pipeline().firstContext();
    if (first != null) {
      var unused = first.close();
    }
  }
}
