package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.internal.SafeLogger;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The one thread by which a process talks to the store, whatever the number of its requests. It
 * takes a step when a request joins or leaves or has used its start, when the first in a line is
 * due, after a notification, and to renew the lease. All other threads hand their events to it.
 */
final class StoreWorker {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.redis"));

  /** In the messages of errors that do not pass: of commands, and of those within a script. */
  private static final List<String> FOR_GOOD =
      List.of("WRONGTYPE", "NOPERM", "The user executing the script", "ACL failure in script");

  private static final long AFTER_A_MISTAKE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long closing waits for a client that does not answer, before and after an interrupt. */
  private static final long MAX_GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long MAX_INTERRUPTED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Store store;
  private final LocalTickets tickets;
  private final RedisQueueSettings settings;

  /** Without a lock: a virtual thread that is next to get one may have no carrier to take it on. */
  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();

  private final SplittableRandom random = new SplittableRandom();
  private final StoreOutage outage = new StoreOutage(random);
  private final LimitReader reader;
  private final StoreNotifications notifications;
  private final Thread thread;
  private volatile @Nullable Known known;
  private final LimitWarnings warnings;
  private final List<Requirement> requirements = new ArrayList<>();
  private boolean cutOffTold;
  private volatile boolean closing;

  /** Whether closing does not wait for the store any more. */
  private volatile boolean abandoned;

  /**
   * What the store last told of the limit.
   *
   * @param limit as it stood, or null
   * @param asked when it was asked
   */
  private record Known(
      @Nullable SessionStartLimit limit, StepReply.Budget budget, TwoClockMoment asked) {}

  StoreWorker(
      Store store,
      String process,
      RedisQueueSettings settings,
      @Nullable SessionStartLimitSource source,
      QueueThreadFactory threads) {
    this.store = store;
    this.settings = settings;
    tickets = new LocalTickets(process, settings, System.nanoTime());
    warnings = new LimitWarnings(settings.reserve());
    reader =
        new LimitReader(
            source, settings.reserve(), threads, random, this::tell, new ReadingResults());
    notifications = new StoreNotifications(store, this, threads);
    thread = threads.unstarted("gateway-queue-redis", this::work);
  }

  private final class ReadingResults implements LimitReader.Results {
    @Override
    public void read(Step.Reading reading) {
      tickets.read(reading);
    }

    @Override
    public void failed(@Nullable Throwable failure, Duration retryAfter) {
      tickets.leaveAlone(retryAfter);
      failRequirements(
          () -> new IOException("could not read the session start limit: " + failure, failure));
    }

    @Override
    public void refused(GatewayQueueException refusal, long failedNanos) {
      failAll(refusal, failedNanos);
    }
  }

  /** Starts all threads; if one cannot be started, ends the others. */
  void start() {
    thread.start();
    try {
      notifications.start();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private void tell(Runnable event) {
    inbox.add(event);
    LockSupport.unpark(thread);
  }

  void arrive(Ticket ticket) {
    tell(() -> tickets.arrive(ticket));
  }

  void giveUp(Ticket ticket) {
    tell(() -> tickets.giveUp(ticket, System.nanoTime()));
  }

  /** The caller has said something of a start. */
  void said(Hold hold) {
    tell(() -> tickets.said(hold, System.nanoTime()));
  }

  /** A notification came of a bucket. */
  void hear(
      long generation, int bucket, long lastUse, long ageNanos, String member, long waitNanos) {
    long nowNanos = System.nanoTime();
    tell(() -> tickets.hear(generation, bucket, lastUse, ageNanos, member, waitNanos, nowNanos));
  }

  /** Something has changed for all, or notifications may have been missed. */
  void lookAgain() {
    tell(() -> tickets.lookAgain(System.nanoTime()));
  }

  /** The listener listens again. */
  void listenAgain() {
    tell(() -> {
      cutOffTold = false;
      tickets.lookAgain(System.nanoTime());
    });
  }

  /** Somebody wants to know the limit. */
  void refresh(Step.Refresh how) {
    tell(() -> tickets.refresh(how));
  }

  /** Somebody wants so many starts to be left, by a reading that is young. */
  void require(Requirement requirement) {
    tell(() -> {
      requirements.add(requirement);
      tickets.refresh(Step.Refresh.IF_NOT_YOUNG);
    });
  }

  /** Nobody waits for that any more. */
  void giveUp(Requirement requirement) {
    tell(() -> requirements.remove(requirement));
  }

  private void failRequirements(Supplier<Exception> failure) {
    requirements.forEach(requirement -> requirement.fail(failure.get()));
    requirements.clear();
  }

  /** Returns the limit as the store had it when it was last talked to, or null. */
  @Nullable SessionStartLimit limit() {
    Known last = known;
    return last == null ? null : last.limit;
  }

  /** Returns how old the last reading of any process is, or null if there is none that is good. */
  @Nullable Duration readingAge() {
    Known last = known;
    return last == null || last.budget.age() < 0
        ? null
        : Duration.ofNanos(Micros.toNanos(last.budget.age())).plusNanos(last.asked.elapsedNanos());
  }

  /** Returns how many starts were used that no process of the queue has used, as was last told. */
  long usedElsewhere() {
    Known last = known;
    return last == null ? 0 : last.budget.usedElsewhere();
  }

  /** Returns how many requests the brake holds back. */
  int paused() {
    return tickets.paused();
  }

  /**
   * The tickets of this process that wait.
   *
   * @param places the bucket and the name, with the shard, of each that has its place in line
   * @param pauses those that the brake holds back
   */
  record Own(List<String> places, List<QueueSnapshot.Pause> pauses) {}

  /** Returns the tickets of this process that wait. */
  CompletableFuture<Own> own() {
    CompletableFuture<Own> own = new CompletableFuture<>();
    tell(() -> {
      List<String> all = new ArrayList<>();
      tickets
          .places()
          .forEach((bucket, line) ->
              line.forEach(ticket -> all.addAll(List.of(bucket.toString(), ticket.member()))));
      own.complete(new Own(all, tickets.pauses(Instant.now(), System.nanoTime())));
    });
    return own;
  }

  /**
   * Gives up the lease, and with it all places; returns when that is done, or the client does not
   * come back. An interrupt does not change that.
   */
  void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = join(MAX_GOODBYE_NANOS);
    if (thread.isAlive()) {
      abandoned = true;
      thread.interrupt(); // a client that waits for one of its connections gives up
      interrupted |= join(MAX_INTERRUPTED_NANOS);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether it was interrupted meanwhile. */
  private boolean join(long mostNanos) {
    long beginNanos = System.nanoTime();
    boolean interrupted = false;
    while (thread.isAlive()) {
      long leftNanos = mostNanos - (System.nanoTime() - beginNanos);
      if (leftNanos <= 0) {
        break;
      }
      try {
        var unused = thread.join(Duration.ofNanos(leftNanos));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }

  private void work() {
    try {
      long notBeforeNanos = System.nanoTime();
      while (!closing) {
        try {
          awaitWork(notBeforeNanos);
          notBeforeNanos = takeStepIfDue(notBeforeNanos);
        } catch (RuntimeException | Error e) { // a mistake of ours: nobody is to wait in vain
          failAll(new GatewayQueueException("the queue failed", e), System.nanoTime());
          LOGGER.log(ERROR, "the conversation with the store failed", e);
          notBeforeNanos = System.nanoTime() + AFTER_A_MISTAKE_NANOS;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is closed, and the client did not come back
    } finally {
      reader.stop();
      notifications.stop();
      leave();
    }
  }

  private long takeStepIfDue(long notBeforeNanos) {
    tickets.settle(System.nanoTime());
    long nowNanos = System.nanoTime();
    boolean due = notBeforeNanos - nowNanos <= 0 && tickets.delayNanos(nowNanos) <= 0;
    return due && !closing ? System.nanoTime() + takeStep() : notBeforeNanos;
  }

  /** Waits until there may be something to do, and takes in what has happened. */
  private void awaitWork(long notBeforeNanos) throws InterruptedException {
    long nowNanos = System.nanoTime();
    long stepNanos = Math.max(tickets.delayNanos(nowNanos), notBeforeNanos - nowNanos);
    // That wants no store:
    long ownNanos = Math.min(tickets.settleDelayNanos(nowNanos), reader.delayNanos(nowNanos));
    long delayNanos = Math.min(stepNanos, ownNanos);
    if (delayNanos > 0 && inbox.isEmpty() && !closing) {
      LockSupport.parkNanos(inbox, delayNanos);
    }
    if (Thread.interrupted() && abandoned) { // others have no reason to interrupt it
      throw new InterruptedException();
    }
    for (Runnable event = inbox.poll(); event != null; event = inbox.poll()) {
      event.run();
    }
    if (reader.takeRetry(System.nanoTime())) {
      tickets.lookAgain(System.nanoTime()); // the store says whether this process is to read
    }
  }

  /**
   * Takes a step.
   *
   * @return for how many nanoseconds not to take another one
   */
  private long takeStep() {
    reader.endIfDead(inbox.isEmpty());
    TwoClockMoment asked = TwoClockMoment.now();
    tickets.require(!requirements.isEmpty());
    Step step = tickets.step(asked.nanos());
    StepReply reply;
    try {
      reply = store.take(step, reader.isBusy());
    } catch (JedisException e) {
      return failed(e, System.nanoTime());
    }
    outage.end();
    // first: who is released now may ask for it
    known = new Known(reply.limit(), reply.budget(), asked);
    tickets.answered(step, reply, asked, System.nanoTime());
    warnings.answered(reply, step.reading() != null, tickets.isExhausted(), System.nanoTime());
    failIfExhausted(reply, asked);
    requirements.removeIf(requirement -> requirement.judge(reply, settings));
    long wanted = tickets.takeReadingWanted();
    if (wanted > 0) {
      reader.begin(wanted);
    }
    return 0;
  }

  private void failIfExhausted(StepReply reply, TwoClockMoment asked) {
    SessionStartLimit used = reply.limit();
    if (settings.fails() && reply.exhaustedNanos() > 0 && used != null) {
      Instant resetsAt = Instant.now().plusNanos(reply.exhaustedNanos());
      tickets.fail(
          () -> new SessionStartLimitExceededException(used, settings.reserve(), 1, resetsAt),
          true,
          asked.nanos(),
          System.nanoTime());
    }
  }

  private void failAll(GatewayQueueException failure, long beforeNanos) {
    String message = failure.getMessage();
    Supplier<GatewayQueueException> refusal =
        () -> new GatewayQueueException(message == null ? failure.toString() : message, failure);
    failRequirements(refusal::get);
    tickets.fail(refusal, false, beforeNanos, System.nanoTime());
  }

  private long failed(JedisException e, long failedNanos) {
    if (isForGood(e)) {
      failAll(refusal(e), failedNanos);
    }
    failRequirements(() -> new IOException("the store does not answer: " + e.getMessage(), e));
    store.forgetConnections(); // a server that is a replica now keeps them open
    return outage.begin(String.valueOf(e.getMessage()));
  }

  private static GatewayQueueException refusal(JedisException e) {
    return new GatewayQueueException("the store refuses this queue: " + e.getMessage(), e);
  }

  /** The listener could not subscribe, or has lost its connection. */
  void cutOff(JedisException e) {
    if (isForGood(e)) {
      long failedNanos = System.nanoTime();
      tell(() -> {
        if (!cutOffTold) {
          cutOffTold = true;
          LOGGER.log(
              WARNING,
              "cannot subscribe to the notifications of the store, requests fail: "
                  + e.getMessage());
        }
        failAll(refusal(e), failedNanos);
      });
    }
  }

  /** What does not get better by itself: other errors of a server come and go. */
  private static boolean isForGood(JedisException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof JedisAccessControlException) {
        return true;
      }
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof JedisDataException && FOR_GOOD.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }

  /** Gives up the lease. If that fails, it runs out by itself. */
  private void leave() {
    if (abandoned) {
      return;
    }
    try {
      for (Runnable event = inbox.poll(); event != null; event = inbox.poll()) {
        event.run();
      }
      store.take(tickets.lastStep(System.nanoTime()), reader.isBusy());
    } catch (RuntimeException e) {
      // there is no store to leave
    }
  }
}
