package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.EventStreamParser.Event;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.RequestReport;
import io.github.gatewayqueue.internal.RetryAfter;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get a start from a broker, and what the response means: a release, none for now,
 * or none ever. Runs on the calling thread, except for {@link #close}.
 */
final class Attempt {
  /** A request that waits for its headers lets others be sent after so long. */
  private static final long MAX_TURN_NANOS = Duration.ofMillis(250).toNanos();

  static final String NOT_A_RELEASE = "; this is not a release";

  /** Of an event: for how long a start will be held, or still is. */
  private static final String HOLD = "holdMillis";

  private final QueueState queue;
  private final BrokerClient broker;
  private final Timeouts patience;
  private final RequestReport report;
  private final Runnable accepted;
  private final BrokerResponse reply;
  private volatile boolean inLine;
  private @Nullable HeldStart held;

  /** Creates an attempt that tells {@code accepted} when the broker has taken the request. */
  Attempt(QueueState queue, RequestReport report, Runnable accepted) {
    this.queue = queue;
    this.broker = queue.broker();
    this.patience = queue.patience();
    this.report = report;
    this.accepted = accepted;
    this.reply = new BrokerResponse(broker);
  }

  /** Returns whether the broker has said that the request is in line, and it still is. */
  boolean inLine() {
    return inLine;
  }

  /** Has the calling thread throw, if it still waits. */
  void close() {
    reply.close();
  }

  void requireOpen() {
    reply.requireOpen();
  }

  /** Waits for so long, before the attempt is made, or until it is closed. */
  void awaitClosed(Duration pause) throws InterruptedException {
    reply.awaitClosed(pause);
  }

  /** Asks, and returns if there is a release: the start, or null if the broker does not hold it. */
  @Nullable HeldStart make(long id, long total) throws TryAgainException, InterruptedException {
    try {
      ask(id, total);
      if (held != null) {
        held.requireUsable();
      }
      accepted.run();
      if (held == null) {
        reply.hangUpUnlessItEnds();
      }
      return held;
    } catch (Throwable e) {
      if (held != null) {
        held.cancel();
      } else {
        reply.hangUp();
      }
      throw e;
    } finally {
      inLine = false;
    }
  }

  private void ask(long id, long total) throws TryAgainException, InterruptedException {
    ReleaseAge age;
    ResponseInfo head;
    queue.turns().acquire();
    try {
      reply.requireOpen();
      age = new ReleaseAge(System.nanoTime(), patience.margin());
      report.asks();
      reply.ask(id, total);
      head = reply.head(MAX_TURN_NANOS);
    } finally {
      queue.turns().release();
    }
    take(head == null ? awaitHead() : head, age);
  }

  /**
   * Waits for the headers: of an answer with events they come at once, else with the release. Until
   * then it is not known whether the broker has the request, or is there at all.
   */
  private ResponseInfo awaitHead() throws TryAgainException, InterruptedException {
    if (broker.protocol() != Protocol.SSE) {
      return reply.head();
    }
    ResponseInfo head = reply.head(patience.silence().toNanos() - MAX_TURN_NANOS);
    if (head == null) {
      throw new TryAgainException("sent nothing for " + DurationText.exact(patience.silence()));
    }
    return head;
  }

  private void take(ResponseInfo head, ReleaseAge age)
      throws TryAgainException, InterruptedException {
    if (head.statusCode() != 200) {
      throw refusal(head);
    }
    if (BrokerResponse.isOf("text/event-stream", head.headers())) {
      awaitReleasedEvent(age);
    } else {
      takePlain(head.headers(), age);
    }
  }

  private void awaitReleasedEvent(ReleaseAge age) throws TryAgainException, InterruptedException {
    var events = new EventStreamParser();
    var silence = new SilenceTimer(patience.silence(), System.nanoTime());
    while (true) {
      List<ByteBuffer> piece =
          reply.piece(silence, "sent no event for " + DurationText.exact(patience.silence()));
      if (piece == null) {
        throw new TryAgainException("ended its answer without a release", events.retry());
      }
      for (ByteBuffer buffer : piece) {
        for (Event event; (event = nextEvent(events, buffer)) != null; ) {
          silence.isBroken(System.nanoTime());
          if (isRelease(event, events.retry(), age)) {
            return;
          }
        }
      }
    }
  }

  private static @Nullable Event nextEvent(EventStreamParser events, ByteBuffer buffer)
      throws TryAgainException {
    try {
      return events.next(buffer);
    } catch (IOException e) {
      throw new TryAgainException(e.getMessage() + NOT_A_RELEASE);
    }
  }

  private boolean isRelease(Event event, Duration retry, ReleaseAge age) throws TryAgainException {
    return switch (event.type()) {
      case "waiting", "paused" -> { // paused: it joins its line later, without being asked again
        heed(BrokerMessage.of(event.data()), age);
        yield false;
      }
      case "released" -> {
        takeRelease(BrokerMessage.of(event.data()), age);
        yield true;
      }
      case "closing" -> throw closing(BrokerMessage.of(event.data()), retry);
      case "refused" -> throw refusal(BrokerMessage.of(event.data()));
      default -> false; // of a later version
    };
  }

  /**
   * The first event tells that the request is in line. If it took too long to get there, its
   * release would be found too old, and a start be lost to all: it is given up now, unless the
   * start will be held, and can be confirmed or cancelled.
   */
  private void heed(BrokerMessage place, ReleaseAge age) throws TryAgainException {
    Duration elapsed = elapsed(place);
    reportBucket(place);
    if (inLine) {
      age.follow(elapsed, System.nanoTime());
    } else {
      age.begin(elapsed, System.nanoTime());
      if (place.millis(HOLD).isEmpty()) {
        age.requireBegunInTime();
      }
      inLine = true;
      accepted.run();
    }
  }

  /** The broker may have released the request some time before it says so. */
  private void takeRelease(BrokerMessage release, ReleaseAge age) throws TryAgainException {
    Duration elapsed = elapsed(release);
    Duration waited = release.millis("waitedMillis").orElse(elapsed);
    reportBucket(release);
    Optional<String> start = release.text("start");
    if (start.isPresent()) {
      hold(start.get(), release.millis(HOLD), age.mostLateNanos(elapsed, System.nanoTime()));
      return;
    }
    age.requireUsable(waited.compareTo(elapsed) < 0 ? waited : elapsed, System.nanoTime());
  }

  private void hold(String start, Optional<Duration> left, OptionalLong lateNanos)
      throws TryAgainException {
    if (left.isEmpty() || !start.matches("[A-Za-z0-9_-]{1,99}")) {
      throw new TryAgainException("sent a start without a proper name and time" + NOT_A_RELEASE);
    }
    held = new HeldStart(reply, queue.starts(), report.shard(), start, patience.heldSilence());
    held.listen(left.get(), lateNanos);
  }

  private static Duration elapsed(BrokerMessage message) throws TryAgainException {
    return message
        .millis("elapsedMillis")
        .orElseThrow(() -> new TryAgainException("sent an event without its time" + NOT_A_RELEASE));
  }

  private TryAgainException closing(BrokerMessage message, Duration retry) {
    return new TryAgainException(
        "hangs up: " + quoted(message, "message"), retryAfter(message).orElse(retry));
  }

  private TryAgainException refusal(BrokerMessage message) {
    String refuses = "refuses the request: " + quoted(message, "detail");
    if (isForGood(message.whole("status").orElse(0))) {
      throw new GatewayQueueException(broker.says(refuses));
    }
    return new TryAgainException(refuses, retryAfter(message).orElse(Duration.ZERO));
  }

  private String quoted(BrokerMessage message, String name) {
    return message.text(name).map(broker::quoted).orElse("it gives no reason");
  }

  private static Optional<Duration> retryAfter(BrokerMessage message) {
    return message.millis("retryAfterMillis");
  }

  /** A 200 is the release, unless its body shows that it is too old, or no release at all. */
  private void takePlain(HttpHeaders headers, ReleaseAge age)
      throws TryAgainException, InterruptedException {
    if (broker.protocol() == Protocol.SSE) {
      throw new TryAgainException("answered 200 without events" + NOT_A_RELEASE);
    }
    if (BrokerResponse.isOf("text/html", headers)) {
      throw new TryAgainException("answered 200 with a web page" + NOT_A_RELEASE);
    }
    String body = reply.body(patience.silence());
    if (BrokerResponse.isOf("application/json", headers) || body.startsWith("{")) {
      BrokerMessage release = BrokerMessage.of(body);
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
    Duration retryAfter =
        RetryAfter.longest(head.headers().allValues("Retry-After"), Instant.now())
            .orElse(Duration.ZERO);
    return new TryAgainException(answered + advice, retryAfter);
  }

  /** Returns whether a refusal with this status is to last, however often the broker is asked. */
  private static boolean isForGood(int status) {
    return status == 400 || status == 401 || status == 403;
  }

  /** What a problem's body says, as far as it can be read: the status is what counts. */
  private String detail(HttpHeaders headers) throws InterruptedException {
    String none = "no reason given";
    if (!BrokerResponse.isOf("application/problem+json", headers)) {
      return none;
    }
    try {
      BrokerMessage problem = BrokerMessage.of(reply.body(patience.silence()));
      return problem.text("detail").map(broker::quoted).orElse(none);
    } catch (TryAgainException e) {
      return none;
    }
  }

  private void reportBucket(BrokerMessage message) {
    message.whole("bucket").ifPresent(report::isInBucket);
  }
}
