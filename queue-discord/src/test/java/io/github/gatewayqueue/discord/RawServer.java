package io.github.gatewayqueue.discord;

import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;

/** A server on loopback that answers whatever it is told to, HTTP or not, one client at a time. */
final class RawServer implements AutoCloseable {

  /** What happens to a client once its request is read; the connection is closed thereafter. */
  interface Answer {
    void to(Socket client) throws IOException;
  }

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Answer answer;
  private final boolean reads;
  private final FutureTask<Void> work = new FutureTask<>(this::serve, null);

  RawServer(Answer answer) throws IOException {
    this(answer, true);
  }

  private RawServer(Answer answer, boolean reads) throws IOException {
    this.answer = answer;
    this.reads = reads;
    Thread.ofVirtual().name("raw-server").start(work);
  }

  /** A server that sends this to everyone, and hangs up. */
  static RawServer sending(String text) throws IOException {
    return new RawServer(client -> send(client, text));
  }

  /** A server that answers before there is a request, and waits for the client to hang up. */
  static RawServer withoutReading(Answer answer) throws IOException {
    return new RawServer(
        client -> {
          answer.to(client);
          awaitHangUp(client);
        },
        false);
  }

  static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    client.getOutputStream().flush();
  }

  /** Returns once the client has hung up. */
  static void awaitHangUp(Socket client) {
    try {
      client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // a reset is a way to hang up too
    }
  }

  URI url() {
    return url("http");
  }

  URI url(String scheme) {
    return URI.create(scheme + "://127.0.0.1:" + server.getLocalPort() + "/api/v10");
  }

  List<String> requests() {
    return requests;
  }

  private void serve() {
    while (true) {
      try (Socket client = server.accept()) {
        if (reads) {
          requests.add(head(client.getInputStream()));
        }
        answer.to(client);
      } catch (SocketException e) {
        if (server.isClosed()) {
          return;
        }
        throw new AssertionError(e);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int next = in.read();
    while (next != -1) {
      head.append((char) next);
      if (head.toString().endsWith("\r\n\r\n")) {
        break;
      }
      next = in.read();
    }
    return head.toString();
  }

  /** Waits until every client was served, and rethrows what went wrong there. */
  @Override
  public void close() throws IOException {
    server.close();
    Await.end(work);
  }
}
