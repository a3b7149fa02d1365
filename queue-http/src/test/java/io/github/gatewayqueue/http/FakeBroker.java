package io.github.gatewayqueue.http;

import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback that answers whatever it is told to: a broker with any fault. */
final class FakeBroker implements AutoCloseable {

  /** What happens to a client once its request is read; the connection is closed thereafter. */
  interface Answer {
    void to(Client client) throws IOException;
  }

  static final String EVENTS =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

  static final String HEARD = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

  private static final String STARTS = "/starts/";

  private final ServerSocket server;
  private final List<Answer> answers;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> words = new CopyOnWriteArrayList<>();
  private volatile List<Answer> answersToWords = List.of(sending(HEARD));
  private final AtomicInteger hungUp = new AtomicInteger();
  private final Queue<FutureTask<Void>> work = new ConcurrentLinkedQueue<>();
  private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
  private final FutureTask<Void> accepting = new FutureTask<>(this::accept, null);

  /** A broker that gives each client one of these, and the last one to all that come after. */
  FakeBroker(Answer... answers) throws IOException {
    this(0, answers);
  }

  private FakeBroker(int port, Answer... answers) throws IOException {
    this.server = new ServerSocket(port, 5_000, InetAddress.getLoopbackAddress());
    this.answers = List.of(answers);
    Thread.ofVirtual().name("fake-broker").start(accepting);
  }

  /** A broker at a port. */
  static FakeBroker at(int port, Answer... answers) throws IOException {
    return new FakeBroker(port, answers);
  }

  /** Sends this, and hangs up. */
  static Answer sending(String text) {
    return client -> client.send(text);
  }

  /** Does this, and waits for the client to hang up. */
  static Answer untilHangUp(Answer answer) {
    return client -> {
      answer.to(client);
      client.awaitHangUp();
    };
  }

  /** Sends this, and waits for the client to hang up. */
  static Answer holding(String text) {
    return untilHangUp(sending(text));
  }

  /** Begins to send events, and does this. */
  static Answer events(Answer answer) {
    return client -> {
      client.send(EVENTS);
      answer.to(client);
    };
  }

  /** Releases at once, as a broker does. */
  static Answer releasing() {
    return events(client -> {
      client.sendWaiting();
      client.sendReleased();
    });
  }

  /** Releases at once, and holds the start until the client hangs up, without a sign of life. */
  static Answer holdingStart(String start) {
    return untilHangUp(client -> client.sendHeldAtOnce(start));
  }

  /** Says that the request is in line, and nothing more. */
  static Answer keepingInLine() {
    return events(untilHangUp(Client::sendWaiting));
  }

  /** Gives these to what is said of starts, and the last one to all that comes after. */
  void answerWords(Answer... answers) {
    answersToWords = List.of(answers);
  }

  /** What was said of starts so far, such as {@code POST x/identified}. */
  List<String> words() {
    return words;
  }

  /** Begins a queue that is back soon, and on a slow machine takes a release as any other. */
  HttpQueue.Builder queue() {
    return HttpQueue.builder(url())
        .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
        .heldSilence(Await.HANG)
        .margin(Await.HANG);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** The requests so far, each from its first line to the empty one. */
  List<String> requests() {
    return requests;
  }

  /**
   * How many clients have hung up before they had their whole answer, or while that was waited for.
   */
  int hungUp() {
    return hungUp.get();
  }

  private void accept() {
    for (int i = 0; !server.isClosed(); i++) {
      try {
        Socket client = server.accept();
        clients.add(client);
        var task = new FutureTask<Void>(() -> serve(client), null);
        work.add(task);
        Thread.ofVirtual().name("fake-broker-client-" + i).start(task);
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      String head = head(socket.getInputStream());
      if (!head.isEmpty()) {
        answer(new Client(socket, head), record(head));
      }
    } catch (IOException e) {
      // the client has gone before it had asked
    }
  }

  private synchronized Answer record(String head) {
    boolean word = head.contains(STARTS);
    List<String> all = word ? words : requests;
    List<Answer> each = word ? answersToWords : answers;
    Answer answer = each.get(Math.min(all.size(), each.size() - 1));
    all.add(word ? head.substring(0, head.indexOf(" HTTP")).replace(" " + STARTS, " ") : head);
    return answer;
  }

  private void answer(Client client, Answer answer) {
    try {
      answer.to(client);
    } catch (IOException e) {
      hungUp.incrementAndGet(); // it was found out by sending
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int next; head.indexOf("\r\n\r\n") < 0 && (next = in.read()) != -1; ) {
      head.append((char) next);
    }
    return head.toString();
  }

  /** Hangs up on everybody, and rethrows what went wrong. */
  @Override
  public void close() throws IOException {
    server.close();
    for (Socket client : clients) {
      client.close();
    }
    for (FutureTask<Void> task : work) {
      Await.end(task);
    }
    Await.end(accepting);
  }

  /** A client whose request has been read. */
  final class Client {
    private final Socket socket;

    /** Its request, from the first line to the empty one. */
    final String head;

    private final long gotNanos = System.nanoTime();

    Client(Socket socket, String head) {
      this.socket = socket;
      this.head = head;
    }

    /** Sends text, with the end of a line for each tilde. */
    void send(String text) throws IOException {
      String lines = text.replace("~", "\r\n");
      socket.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    }

    void sendEvent(String type, String data) throws IOException {
      send("event: " + type + "\ndata: " + data + "\n\n");
    }

    void sendWaiting() throws IOException {
      sendEvent("waiting", "{\"position\":1,\"elapsedMillis\":" + elapsedMillis() + "}");
    }

    void sendReleased() throws IOException {
      sendEvent("released", "{\"elapsedMillis\":" + elapsedMillis() + "}");
    }

    void sendWaitingForHold() throws IOException {
      sendEvent("waiting", "{\"holdMillis\":30000,\"elapsedMillis\":" + elapsedMillis() + "}");
    }

    /** Sends all that comes before a start is over. */
    void sendHeldAtOnce(String start) throws IOException {
      send(EVENTS);
      sendWaitingForHold();
      sendHeld(start);
    }

    void sendHeld(String start) throws IOException {
      sendHeld(start, 30_000, elapsedMillis());
    }

    void sendHeld(String start, long holdMillis, double elapsedMillis) throws IOException {
      sendEvent(
          "released",
          "{\"start\":\"%s\",\"holdMillis\":%s,\"elapsedMillis\":%s}"
              .formatted(start, holdMillis, elapsedMillis));
    }

    double elapsedMillis() {
      return (System.nanoTime() - gotNanos) / 1e6;
    }

    /** Has the connection end with a reset, rather than in good order. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Returns once the client has hung up. */
    void awaitHangUp() {
      try {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // a reset is a way to hang up too
      }
      hungUp.incrementAndGet();
    }
  }
}
