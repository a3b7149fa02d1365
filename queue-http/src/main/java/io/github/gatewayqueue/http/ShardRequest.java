package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.Answer.Closed;
import io.github.gatewayqueue.http.Answer.End;
import io.github.gatewayqueue.http.Answer.Failure;
import io.github.gatewayqueue.http.Answer.Head;
import io.github.gatewayqueue.http.Answer.Piece;
import io.github.gatewayqueue.http.Answer.Signal;
import io.github.gatewayqueue.http.EventStream.Event;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@link HttpQueue#request}: asks the broker, once more whenever that comes to nothing,
 * until there is a release. All of it happens on the calling thread, but for {@link #close}.
 */
final class ShardRequest {
  /** As long as that, and a body is no broker's. */
  static final int MAX_BODY_BYTES = 64 * 1024;

  /** A broker that takes longer than that for its headers may not send any before the release. */
  private static final long MOST_TURN_NANOS = Duration.ofMillis(250).toNanos();

  private static final String NOT_A_RELEASE = "; this is not a release";

  private final Broker broker;
  private final Patience patience;
  private final Outage outage;
  private final Semaphore turns;
  private final long id;
  private final long total;
  private final RequestReport report;
  private volatile Answer answer = new Answer();
  private volatile boolean closed;
  private volatile boolean inLine;
  private int failures;
  private boolean troubled;
  private boolean myTurn;

  /** Creates a request that takes its turn with others to be sent, but not to be answered. */
  ShardRequest(
      Broker broker, Patience patience, Outage outage, Semaphore turns, long id, long total) {
    this.broker = broker;
    this.patience = patience;
    this.outage = outage;
    this.turns = turns;
    this.id = id;
    this.total = total;
    this.report = new RequestReport(id, total);
  }

  /** Returns whether the broker has said that this request is in line; it does so with events. */
  boolean inLine() {
    return inLine;
  }

  /** Has the calling thread throw, if it still waits. */
  void close() {
    closed = true;
    answer.close(); // one that is put in its place from now on finds that it is closed
  }

  /**
   * Returns when the request is released.
   *
   * @throws GatewayQueueException if it can never be, or the queue was closed
   */
  void await() throws InterruptedException {
    try {
      askUntilReleased();
      report.released();
    } catch (Throwable e) {
      report.gaveUp(e);
      throw e;
    } finally {
      inLine = false;
      if (troubled) {
        outage.loses();
      }
    }
  }

  private void askUntilReleased() throws InterruptedException {
    while (true) {
      try {
        attempt();
        return;
      } catch (TryAgainException e) {
        backOff(e);
      }
    }
  }

  private void backOff(TryAgainException e) throws InterruptedException {
    inLine = false;
    requireOpen();
    failures++;
    if (!troubled) {
      troubled = true;
      outage.hits(broker.says(e.reason()));
    }
    Duration backoff = patience.backoff().after(failures, ThreadLocalRandom.current());
    Duration pause = RetryAfter.capped(e.retryAfter()).plus(backoff);
    report.backsOff(broker.says(e.reason()), pause);
    awaitNothing(pause);
  }

  /** Waits for so long, or until the queue is closed. */
  private void awaitNothing(Duration pause) throws InterruptedException {
    long untilNanos = System.nanoTime() + pause.toNanos();
    while (answer.next(untilNanos - System.nanoTime()) != null) {
      requireOpen(); // else it is something left over from the answer
    }
    requireOpen();
  }

  /** The broker is there, and has taken this request. */
  private void accepted() {
    failures = 0;
    if (troubled) {
      troubled = false;
      outage.spares();
    }
  }

  /** Asks once, and returns if the request is released. */
  private void attempt() throws TryAgainException, InterruptedException {
    Answer next = new Answer();
    answer = next;
    turns.acquire();
    myTurn = true;
    var age = new ReleaseAge(System.nanoTime(), patience.margin());
    try {
      requireOpen();
      report.asks();
      broker.ask(next, id, total);
      ResponseInfo head = awaitHead();
      if (head.statusCode() != 200) {
        throw refusal(head);
      }
      if (isOf("text/event-stream", head.headers())) {
        awaitReleasedEvent(age);
      } else {
        takePlain(head.headers(), age);
      }
      accepted();
    } finally {
      endTurn();
      next.hangUp();
    }
  }

  /** Waits for the headers: of an answer with events they come at once, else with the release. */
  private ResponseInfo awaitHead() throws TryAgainException, InterruptedException {
    boolean onlyEvents = broker.protocol() == Protocol.SSE;
    Duration limit = onlyEvents ? patience.silence() : patience.headers();
    long turnNanos = Math.min(MOST_TURN_NANOS, limit.toNanos());
    Signal signal = answer.next(turnNanos);
    endTurn();
    if (signal == null) {
      signal = answer.next(limit.toNanos() - turnNanos);
    }
    if (signal == null && onlyEvents) {
      throw new TryAgainException("sent nothing for " + limit);
    }
    if (signal == null) {
      accepted(); // it has the request, and speaks the plain protocol
      signal = answer.next();
    }
    return ((Head) checked(signal)).info();
  }

  private void endTurn() {
    if (myTurn) {
      myTurn = false;
      turns.release();
    }
  }

  // Answers with events

  private void awaitReleasedEvent(ReleaseAge age) throws TryAgainException, InterruptedException {
    var events = new EventStream();
    long heardNanos = System.nanoTime();
    while (true) {
      long leftNanos = patience.silence().toNanos() - (System.nanoTime() - heardNanos);
      Signal signal = next(Duration.ofNanos(leftNanos), "sent no event for " + patience.silence());
      if (!(signal instanceof Piece piece)) {
        throw new TryAgainException("ended its answer without a release", events.retry());
      }
      for (ByteBuffer buffer : piece.buffers()) {
        for (Event event; (event = nextEvent(events, buffer)) != null; ) {
          heardNanos = System.nanoTime();
          if (isRelease(event, events.retry(), age)) {
            return;
          }
        }
      }
      answer.more();
    }
  }

  private static @Nullable Event nextEvent(EventStream events, ByteBuffer buffer)
      throws TryAgainException {
    try {
      return events.next(buffer);
    } catch (IOException e) {
      throw new TryAgainException(e.getMessage() + NOT_A_RELEASE);
    }
  }

  private boolean isRelease(Event event, Duration retry, ReleaseAge age) throws TryAgainException {
    return switch (event.type()) {
      case "waiting" -> {
        heed(message(event.data()), age);
        yield false;
      }
      case "released" -> {
        takeRelease(message(event.data()), age);
        yield true;
      }
      case "closing" -> throw closing(message(event.data()), retry);
      case "refused" -> throw refusal(message(event.data()));
      default -> false; // of a later version
    };
  }

  /**
   * The first event tells that the request is in line. If it took too long to get there, its
   * release would be found too old, and a start be lost to all: it is given up now.
   */
  private void heed(BrokerMessage place, ReleaseAge age) throws TryAgainException {
    Duration elapsed = elapsed(place);
    reportBucket(place);
    if (inLine) {
      age.follow(elapsed, System.nanoTime());
    } else {
      age.begin(elapsed, System.nanoTime());
      inLine = true;
      accepted();
    }
  }

  private TryAgainException closing(BrokerMessage message, Duration retry) {
    return new TryAgainException(
        "hangs up: " + quoted(message, "message"), retryAfter(message).orElse(retry));
  }

  /** The broker may have released the request some time before it says so. */
  private void takeRelease(BrokerMessage release, ReleaseAge age) throws TryAgainException {
    Duration elapsed = elapsed(release);
    Duration waited = release.millis("waitedMillis").orElse(elapsed);
    reportBucket(release);
    age.requireUsable(waited.compareTo(elapsed) < 0 ? waited : elapsed, System.nanoTime());
  }

  private void reportBucket(BrokerMessage message) {
    message.whole("bucket").ifPresent(report::isInBucket);
  }

  private static Duration elapsed(BrokerMessage message) throws TryAgainException {
    return message
        .millis("elapsedMillis")
        .orElseThrow(() -> new TryAgainException("sent an event without its time" + NOT_A_RELEASE));
  }

  private TryAgainException refusal(BrokerMessage message) {
    OptionalInt status = message.whole("status");
    String refuses = "refuses the request: " + quoted(message, "detail");
    if (isForGood(status.orElse(0))) {
      throw new GatewayQueueException(broker.says(refuses));
    }
    return new TryAgainException(refuses, retryAfter(message).orElse(Duration.ZERO));
  }

  private static Optional<Duration> retryAfter(BrokerMessage message) {
    return message.millis("retryAfterMillis");
  }

  private static BrokerMessage message(String json) throws TryAgainException {
    try {
      return BrokerMessage.of(json);
    } catch (IOException e) {
      throw new TryAgainException(e.getMessage() + NOT_A_RELEASE);
    }
  }

  private String quoted(BrokerMessage message, String name) {
    return message.text(name).map(broker::quoted).orElse("it gives no reason");
  }

  // Answers without events

  /** A 200 is the release, unless its body shows that it is too old, or no release at all. */
  private void takePlain(HttpHeaders headers, ReleaseAge age)
      throws TryAgainException, InterruptedException {
    if (broker.protocol() == Protocol.SSE) {
      throw new TryAgainException("answered 200 without events" + NOT_A_RELEASE);
    }
    if (isOf("text/html", headers)) {
      throw new TryAgainException("answered 200 with a web page" + NOT_A_RELEASE);
    }
    String body = body();
    if (isOf("application/json", headers) || body.startsWith("{")) {
      BrokerMessage release = message(body);
      reportBucket(release);
      Optional<Duration> waited = release.millis("waitedMillis");
      if (waited.isPresent()) {
        age.requireUsable(waited.get(), System.nanoTime());
      }
    }
  }

  private TryAgainException refusal(ResponseInfo head) throws InterruptedException {
    int status = head.statusCode();
    String answered = "answered " + status + ": " + detail(head.headers());
    if (isForGood(status)) {
      throw new GatewayQueueException(broker.says(answered));
    }
    String advice = status / 100 == 3 ? "; redirects are not followed: check the URL" : "";
    return new TryAgainException(answered + advice, RetryAfter.of(head.headers(), Instant.now()));
  }

  /** Returns whether a refusal with this status is to last, however often the broker is asked. */
  private static boolean isForGood(int status) {
    return status == 400 || status == 401 || status == 403;
  }

  /** What a problem's body says, as far as it can be read: the status is what counts. */
  private String detail(HttpHeaders headers) throws InterruptedException {
    String none = "no reason given";
    if (!isOf("application/problem+json", headers)) {
      return none;
    }
    try {
      return BrokerMessage.of(body()).text("detail").map(broker::quoted).orElse(none);
    } catch (IOException | TryAgainException e) {
      return none;
    }
  }

  private String body() throws TryAgainException, InterruptedException {
    var body = new ByteArrayOutputStream();
    long untilNanos = System.nanoTime() + patience.silence().toNanos();
    while (next(Duration.ofNanos(untilNanos - System.nanoTime()), "was too slow with its answer")
        instanceof Piece piece) {
      for (ByteBuffer buffer : piece.buffers()) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        body.writeBytes(bytes);
      }
      if (body.size() > MAX_BODY_BYTES) {
        throw new TryAgainException("answered more than " + MAX_BODY_BYTES + " bytes");
      }
      answer.more();
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  // Signals

  private Signal next(Duration most, String silence)
      throws TryAgainException, InterruptedException {
    Signal signal = answer.next(most.toNanos());
    if (signal == null) {
      throw new TryAgainException(silence);
    }
    return checked(signal);
  }

  /** Returns a signal that brings the answer forward, rather than to an early end. */
  private Signal checked(Signal signal) throws TryAgainException {
    return switch (signal) {
      case Failure failure -> throw new TryAgainException("failed: " + reason(failure.cause()));
      case Closed closing -> throw closedWhileWaiting();
      case Head head -> head;
      case Piece piece -> piece;
      case End end -> end;
    };
  }

  /** The exception of a connect often has no message of its own. */
  private String reason(Throwable cause) {
    Throwable inner = cause.getCause();
    if (inner != null && cause instanceof CompletionException) {
      return reason(inner); // the client wraps some, and others not
    }
    return cause.getMessage() == null && inner != null
        ? cause + ", " + reason(inner)
        : broker.quoted(cause.toString());
  }

  private void requireOpen() {
    if (closed) {
      throw closedWhileWaiting();
    }
  }

  private static GatewayQueueException closedWhileWaiting() {
    return new GatewayQueueException("the queue was closed while the request waited");
  }

  private static boolean isOf(String type, HttpHeaders headers) {
    String value = headers.firstValue("Content-Type").orElse("");
    return value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(type);
  }
}
