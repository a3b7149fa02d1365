package io.github.gatewayqueue.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on loopback on which clients that connect get no answer, as if its machine were off. It
 * listens and accepts nothing, and its backlog is full.
 */
final class UnreachableServer implements AutoCloseable {
  private static final int CONNECT_MILLIS = 500;

  private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final List<Socket> clients = new ArrayList<>();

  UnreachableServer() throws IOException {
    while (connects()) {}
  }

  private boolean connects() throws IOException {
    Socket client = new Socket();
    clients.add(client);
    try {
      client.connect(
          new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), CONNECT_MILLIS);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    server.close();
  }
}
