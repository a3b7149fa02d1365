package io.github.gatewayqueue.broker.connections;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.transport.Transport;
import java.net.SocketOption;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * The transport of the JDK, with three additions for which Vert.x has no other place. Each channel
 * that a server accepts has a {@link Connection}. TCP probes detect clients that are gone without
 * closing their connection, for instance because their machine has lost power; they would keep
 * their places in line. Connections beyond the {@link ConnectionLimit} are closed at once.
 */
public final class KeepAliveTransport implements Transport, io.vertx.core.spi.transport.Transport {
  /** After so many seconds of silence the first probe is sent. */
  private static final int IDLE_SECONDS = 15;

  private static final int PROBE_SECONDS = 5;
  private static final int PROBES = 3;

  private final io.vertx.core.spi.transport.Transport nio = NIO.implementation();
  private final Connections connections;
  private final ConnectionLimit limit;

  public KeepAliveTransport(Connections connections, ConnectionLimit limit) {
    this.connections = connections;
    this.limit = limit;
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return domainSocket ? nio.serverChannelFactory(true) : AttentiveServerChannel::new;
  }

  private final class AttentiveServerChannel extends NioServerSocketChannel {
    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      int count = super.doReadMessages(accepted);
      accepted
          .subList(accepted.size() - count, accepted.size())
          .removeIf(channel -> !attend((Channel) channel));
      return count;
    }
  }

  /** Returns false if it has closed the channel, as there are too many. */
  private boolean attend(Channel channel) {
    if (!limit.admits(channel)) {
      channel.unsafe().closeForcibly();
      return false;
    }
    channel.pipeline().addLast(new Connection(connections));
    try { // what a system does not know is passed over
      channel.config().setOption(option(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
      channel.config().setOption(option(ExtendedSocketOptions.TCP_KEEPINTERVAL), PROBE_SECONDS);
      channel.config().setOption(option(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);
    } catch (ChannelException e) {
      // It has been reset already, which the first read will tell.
    }
    return true;
  }

  private static ChannelOption<Integer> option(SocketOption<Integer> option) {
    return NioChannelOption.of(option);
  }

  @Override
  public String name() {
    return NIO.name();
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return null;
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return this;
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return nio.ioHandlerFactory();
  }

  @Override
  @SuppressWarnings("deprecation") // by Netty, but not by Vert.x
  public DatagramChannel datagramChannel(InternetProtocolFamily family) {
    return nio.datagramChannel(family);
  }

  @Override
  public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
    return nio.datagramChannelFactory();
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    return nio.channelFactory(domainSocket);
  }
}
