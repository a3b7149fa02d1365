package io.github.gatewayqueue.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Goes on reading a connection that has pipelined so much that Vert.x has stopped to. Only by
 * reading does one notice that a client has hung up, and a request that waits has to leave the line
 * then. A client that sends much more is hung up on, as all of it has to be kept.
 */
final class ReadAhead extends ChannelInboundHandlerAdapter {
  /** How much is read after Vert.x has stopped to read. */
  static final int MAX_BYTES = 16 * 1024;

  private final Connections connections;
  private int bytes;

  ReadAhead(Connections connections) {
    this.connections = connections;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (context.channel().config().isAutoRead()) {
      bytes = 0;
    } else if (message instanceof ByteBuf buffer) {
      bytes += buffer.readableBytes();
      if (bytes > MAX_BYTES) {
        buffer.release();
        var unused = context.close();
        return;
      }
    }
    connections.readBegins(context.channel());
    context.fireChannelRead(message);
    connections.readEnds();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    if (!context.channel().config().isAutoRead()) {
      context.read();
    }
  }
}
