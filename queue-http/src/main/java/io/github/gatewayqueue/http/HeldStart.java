package io.github.gatewayqueue.http;

import static java.lang.System.Logger.Level.DEBUG;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.Backoff;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.SafeLogger;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A start that the broker holds while the connection on which it was released is open. The calls on
 * it are reported to the broker one after another, each in a request of its own, on the client's
 * threads. The broker ends the stream once the start is answered or cancelled. If it does not
 * within a second, and after any other end, the connection is closed. That counts as an IDENTIFY
 * unless something was reported before, so it is safe to give up a report.
 *
 * <p>What was called is guarded by this object's monitor. What was received is not, because the
 * client's threads must not wait.
 */
final class HeldStart implements SessionStart {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.http"));

  private enum Phase {
    HELD,
    IDENTIFIED,
    OVER
  }

  private static final String IDENTIFIED = "identified";

  /** How long to wait before a word is sent again. */
  private static final Backoff PAUSES = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));

  /** How often a use is told again of which the broker may not know that its stream was alive. */
  private static final int LATE_TRIES = 3;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final BrokerClient broker;
  private final BrokerResponse stream;
  private final HeldStarts all;
  private final String shard;
  private final String name;
  private final long silenceNanos;
  private volatile long endNanos;
  private volatile long heardNanos;
  private volatile boolean lost;

  /** Written under the monitor; completes when the last word was told, or cannot be. */
  private volatile CompletableFuture<Void> told = DONE;

  private Phase phase = Phase.HELD;

  /** Whether nothing more can be said of it at the broker. */
  private volatile boolean brokerEndsStream;

  private boolean expired;

  /**
   * Creates a start of which the broker has just told.
   *
   * @param stream the reply that brought it
   * @param all where it is kept until it is over
   * @param shard the shard and the total, to be read by people
   * @param name the broker's name for it
   * @param silence how long nothing may be heard on the stream
   */
  HeldStart(BrokerResponse stream, HeldStarts all, String shard, String name, Duration silence) {
    this.broker = stream.broker();
    this.stream = stream;
    this.all = all;
    this.shard = shard;
    this.name = name;
    this.silenceNanos = silence.toNanos();
    this.heardNanos = System.nanoTime();
    this.endNanos = heardNanos;
  }

  /**
   * Listens to the stream from now on.
   *
   * @param lateNanos how late this was heard at most, if that is known
   */
  void listen(Duration left, OptionalLong lateNanos) {
    if (lateNanos.isPresent()) {
      endNanos = heardNanos + left.toNanos() - lateNanos.getAsLong();
    }
    all.add(this, told);
    stream.handOver(this::heard, this::ended);
  }

  /**
   * Has the broker confirm a release that may have come too late.
   *
   * @throws TryAgainException if the start must not be used
   */
  void requireUsable() throws TryAgainException, InterruptedException {
    long askedNanos = System.nanoTime();
    if (askedNanos - endNanos >= 0) {
      endNanos = askedNanos + leftAtBroker().toNanos();
    }
    if (isExpired()) {
      throw new TryAgainException("sent a release that came too late: it is no longer held");
    }
  }

  private Duration leftAtBroker() throws TryAgainException, InterruptedException {
    var reply = new BrokerResponse(broker);
    try {
      reply.askForHold(name);
      ResponseInfo head = reply.head(BrokerClient.SOON.toNanos());
      if (head == null || head.statusCode() != 200) {
        String answer = head == null ? "does not say" : "answers " + head.statusCode();
        throw new TryAgainException(
            "sent a release that came too late, and " + answer + " when asked if it is still held");
      }
      return BrokerMessage.of(reply.body(BrokerClient.SOON))
          .millis("holdMillis")
          .orElse(Duration.ZERO);
    } finally {
      reply.hangUp();
    }
  }

  /** The broker is there. What came after too long a silence may have been sent long before. */
  private void heard() {
    long nowNanos = System.nanoTime();
    lost |= nowNanos - heardNanos > silenceNanos;
    heardNanos = nowNanos;
  }

  /** The stream is gone, and the hold with it. */
  private void ended() {
    lost = true;
    all.removeOnceTold(this, told);
  }

  /** Closes the connection, whatever was said. */
  void lose() {
    lost = true;
    hangUp();
  }

  private void hangUp() {
    stream.hangUp();
    all.remove(this);
  }

  private boolean isHeld() {
    long nowNanos = System.nanoTime();
    return !lost && nowNanos - heardNanos <= silenceNanos && nowNanos - endNanos < 0;
  }

  @Override
  public synchronized boolean isExpired() {
    if (phase == Phase.HELD) {
      expired |= !isHeld();
    }
    return expired;
  }

  @Override
  public synchronized void identified() {
    if (phase == Phase.HELD) {
      say(IDENTIFIED, Phase.IDENTIFIED);
    }
  }

  @Override
  public synchronized void answered() {
    if (phase != Phase.OVER) {
      say("answered", Phase.OVER);
    }
  }

  @Override
  public synchronized void cancel() {
    if (phase == Phase.HELD) {
      say("cancelled", Phase.OVER);
    }
  }

  @Override
  public synchronized void close() {
    switch (phase) {
      case HELD -> say(IDENTIFIED, Phase.OVER);
      case IDENTIFIED -> enter(Phase.OVER);
      case OVER -> {}
    }
  }

  /** The caller holds the monitor, which keeps the words in their order. */
  private void say(String word, Phase next) {
    expired = isExpired();
    brokerEndsStream = !word.equals(IDENTIFIED);
    told = told.thenCompose(before -> tell(word, 0));
    all.add(this, told); // again, if the stream had gone
    enter(next);
    if (lost) { // and the thread that saw it end may not have seen this word
      all.removeOnceTold(this, told);
    }
  }

  private void enter(Phase next) {
    phase = next;
    if (next == Phase.OVER) {
      var unused = told.whenComplete((done, thrown) -> end());
    }
  }

  private void end() {
    all.remove(this);
    if (brokerEndsStream) {
      stream.hangUpUnlessItEnds();
    } else {
      stream.hangUp();
    }
  }

  /** Completes when the broker has heard it, or it is of no use to go on. */
  private CompletableFuture<Void> tell(String word, int failures) {
    return broker
        .tell(name, word)
        .handle(Outcome::new)
        .thenCompose(outcome -> tellAgainIfNeeded(word, failures, outcome));
  }

  private record Outcome(@Nullable Integer status, @Nullable Throwable thrown) {}

  private CompletableFuture<Void> tellAgainIfNeeded(String word, int failures, Outcome outcome) {
    Integer status = outcome.status();
    Throwable thrown = outcome.thrown();
    if (status != null && status / 100 == 2) {
      LOGGER.log(DEBUG, () -> "broker was told that the start of " + shard + " is " + word);
      return DONE;
    }
    String reason = thrown == null ? "answered " + status : "failed: " + broker.reason(thrown);
    boolean passing = status == null || status / 100 == 5 || status == 429;
    boolean late = word.equals(IDENTIFIED) && failures < LATE_TRIES; // it keeps others safe
    if (passing && (isHeld() || late)) {
      Duration pause = PAUSES.after(failures + 1, ThreadLocalRandom.current());
      LOGGER.log(
          DEBUG,
          () -> cannotTell(word, reason) + "; trying again in " + DurationText.measured(pause));
      return after(pause, () -> tell(word, failures + 1));
    }
    LOGGER.log(DEBUG, () -> cannotTell(word, reason) + "; it counts as sent");
    if (!passing) {
      lose(); // it is unknown there, and will not be known later
    }
    return DONE;
  }

  private String cannotTell(String word, String reason) {
    return "cannot tell that the start of " + shard + " is " + word + ": " + broker.says(reason);
  }

  private interface Telling {
    CompletableFuture<Void> begin();
  }

  private static CompletableFuture<Void> after(Duration pause, Telling telling) {
    Executor later = CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS);
    return DONE.thenComposeAsync(done -> telling.begin(), later);
  }

  @Override
  public String toString() {
    return "SessionStart[" + shard + "]";
  }
}
