package io.github.gatewayqueue.broker;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes bytes on to a server and back, unless it is frozen: then connections stay open and nothing
 * comes through, as with a machine that has gone without a word.
 */
final class Relay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final URI server;
  private volatile boolean frozen;

  Relay(URI server) throws IOException {
    this.server = server;
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** From now on, whatever is sent is lost. */
  void freeze() {
    frozen = true;
  }

  /** From now on, bytes are passed on again; those that were lost stay lost. */
  void thaw() {
    frozen = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        var upstream = new Socket(server.getHost(), server.getPort());
        sockets.addAll(Set.of(client, upstream));
        Thread.ofVirtual().start(() -> pass(client, upstream));
        Thread.ofVirtual().start(() -> pass(upstream, client));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void pass(Socket from, Socket to) {
    var bytes = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        if (!frozen) {
          to.getOutputStream().write(bytes, 0, n);
        }
      }
    } catch (IOException gone) {
      // and so has the other side, now that both are closed
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
