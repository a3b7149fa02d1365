package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The one thread by which a process talks to the store, whatever the number of its requests: it
 * takes a step when somebody arrives or leaves, when a first in line is due, when there is news,
 * and to renew the lease. Everything else hands it what happened.
 */
final class Conversation {
  private static final int MAX_BUCKETS = 65_536;

  /** In the messages of errors that do not pass: of commands, and of those within a script. */
  private static final List<String> FOR_GOOD =
      List.of(
          "WRONGTYPE",
          "GATEWAYQUEUE",
          "NOPERM",
          "The user executing the script",
          "ACL failure in script");

  private static final long AFTER_A_MISTAKE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Store store;
  private final Places places;
  private final @Nullable SessionStartLimitSource source;
  private final int reserve;

  /** Without a lock: a virtual thread that is next to get one may have no carrier to take it on. */
  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();

  private final SplittableRandom random = new SplittableRandom();
  private final Outage outage = new Outage(random);
  private final News news;
  private final Threads threads;
  private final Thread thread;
  private volatile @Nullable SessionStartLimit limit;
  private boolean exhaustionTold;
  private boolean cutOffTold;

  /** The store may ask for the same one again, as long as it has no result. */
  private long lastReading;

  /** Whether the source is being asked, which may take longer than the store waits for it. */
  private boolean reading;

  /** The thread that asks it, or did so last. */
  private @Nullable Thread reader;

  private boolean closing;

  Conversation(
      Store store,
      String process,
      Settings settings,
      @Nullable SessionStartLimitSource source,
      Threads threads) {
    this.store = store;
    this.source = source;
    this.threads = threads;
    reserve = settings.reserve();
    places = new Places(process, settings, System.nanoTime());
    news = new News(store, this, threads);
    thread = threads.unstarted("gateway-queue-redis", this::talk);
  }

  /** Starts all threads; if one cannot be started, ends the others. */
  void start() {
    thread.start();
    try {
      news.start();
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
    tell(() -> places.arrive(ticket));
  }

  void giveUp(Ticket ticket) {
    tell(() -> places.giveUp(ticket, System.nanoTime()));
  }

  void tooLate(Ticket ticket, Release release) {
    tell(() -> places.tooLate(ticket, release, System.nanoTime()));
  }

  /** News came of a bucket. */
  void hear(long generation, int bucket, long number, String head, long waitNanos) {
    long nowNanos = System.nanoTime();
    tell(() -> places.hear(generation, bucket, number, head, waitNanos, nowNanos));
  }

  /** Something has changed for all. */
  void lookAgain() {
    tell(() -> places.lookAgain(System.nanoTime()));
  }

  /** News may have been missed. */
  void listenAgain() {
    tell(() -> {
      cutOffTold = false;
      places.listenAgain(System.nanoTime());
    });
  }

  /** Somebody wants to know the limit. */
  void readLimitIfUnknown() {
    tell(places::refresh);
  }

  /** Returns the limit as the store had it when it was last talked to, or null. */
  @Nullable SessionStartLimit limit() {
    return limit;
  }

  /** Gives up the lease, and with it all places; returns when that is done, interrupt or not. */
  void close() {
    tell(() -> closing = true);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void talk() {
    try {
      long notBeforeNanos = System.nanoTime();
      while (!closing) {
        try {
          awaitWork(notBeforeNanos);
          notBeforeNanos = takeStepIfDue(notBeforeNanos);
        } catch (RuntimeException | Error e) { // a mistake of ours: nobody is to wait in vain
          long nowNanos = System.nanoTime();
          places.failAll(new GatewayQueueException("the queue failed", e), nowNanos, nowNanos);
          Log.error("the conversation with the store failed", e);
          notBeforeNanos = System.nanoTime() + AFTER_A_MISTAKE_NANOS;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    } finally {
      Thread last = reader;
      if (last != null) {
        last.interrupt(); // nobody wants to know any more
      }
      news.stop();
      leave();
    }
  }

  private long takeStepIfDue(long notBeforeNanos) {
    places.releaseHeld(System.nanoTime());
    long nowNanos = System.nanoTime();
    boolean due = notBeforeNanos - nowNanos <= 0 && places.delayNanos(nowNanos) <= 0;
    return due && !closing ? System.nanoTime() + takeStep() : notBeforeNanos;
  }

  /** Waits until there may be something to do, and takes in what has happened. */
  private void awaitWork(long notBeforeNanos) throws InterruptedException {
    long nowNanos = System.nanoTime();
    long stepNanos = Math.max(places.delayNanos(nowNanos), notBeforeNanos - nowNanos);
    long delayNanos = Math.min(stepNanos, places.heldNanos(nowNanos)); // that wants no store
    if (delayNanos > 0 && inbox.isEmpty()) {
      LockSupport.parkNanos(inbox, delayNanos);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    for (Runnable event = inbox.poll(); event != null; event = inbox.poll()) {
      event.run();
    }
  }

  /**
   * Takes a step.
   *
   * @return for how many nanoseconds not to take another one
   */
  private long takeStep() {
    endReadingOfTheDead();
    Release.Moment asked = Release.Moment.now();
    Step step = places.step(asked.nanos());
    StepReply reply;
    try {
      reply = store.take(step, reading, random.nextDouble());
    } catch (JedisException e) {
      return failed(e, System.nanoTime());
    }
    outage.end();
    limit = reply.limit(); // first: who is released now may ask for it
    places.answered(step, reply, asked, System.nanoTime());
    warnIfExhausted();
    for (Duration late : places.takeLate()) {
      Log.warning("a release would have been used " + late + " late; its request goes next");
    }
    long wanted = places.takeReadingWanted();
    if (wanted > 0 && wanted != lastReading && source != null) {
      beginReading(source, wanted);
    }
    return 0;
  }

  private void beginReading(SessionStartLimitSource limits, long number) {
    try {
      Thread next = threads.unstarted("session-start-limit", () -> read(limits, number));
      next.start();
      reader = next;
      lastReading = number;
      reading = true;
    } catch (Throwable e) { // such as that there is no memory for a thread
      places.read(new Step.Reading(number, null));
      Log.warning("could not begin to read the session start limit, trying again: " + e);
    }
  }

  /** A reader that found no memory to tell of its end: its reading failed. */
  private void endReadingOfTheDead() {
    Thread last = reader;
    // In this order: what it has told is in the inbox before it is dead.
    if (reading && last != null && !last.isAlive() && inbox.isEmpty()) {
      reading = false;
      places.read(new Step.Reading(lastReading, null));
    }
  }

  private long failed(JedisException e, long failedNanos) {
    if (isForGood(e)) {
      places.failAll(refusal(e), failedNanos, System.nanoTime());
    }
    store.forgetConnections(); // a server that is a replica now keeps them open
    return outage.begin(String.valueOf(e.getMessage()));
  }

  private static GatewayQueueException refusal(JedisException e) {
    return new GatewayQueueException("the store refuses this queue: " + e.getMessage(), e);
  }

  /** The listener could not subscribe to the news, or has lost them. */
  void cutOff(JedisException e) {
    if (isForGood(e)) {
      long failedNanos = System.nanoTime();
      tell(() -> {
        if (!cutOffTold) {
          cutOffTold = true;
          Log.warning("the news of the store can not be had, requests fail: " + e.getMessage());
        }
        places.failAll(refusal(e), failedNanos, System.nanoTime());
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

  private void read(SessionStartLimitSource limits, long number) {
    SessionStartLimit fresh = null;
    try {
      fresh = limits.fetch();
      if (fresh.maxConcurrency() > MAX_BUCKETS) {
        Log.warning(
            "max_concurrency is " + fresh.maxConcurrency() + ", expected at most " + MAX_BUCKETS);
        fresh = null;
      }
    } catch (GatewayQueueException e) {
      Log.warning("the session start limit cannot be read, requests fail: " + e);
      long failedNanos = System.nanoTime();
      tell(() -> places.failAll(e, failedNanos, System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) { // an Error, too, or it would never be read again
      Log.warning("could not read the session start limit, trying again: " + e);
    }
    Step.Reading result = new Step.Reading(number, fresh);
    tell(() -> {
      reading = false;
      places.read(result);
    });
  }

  private void warnIfExhausted() {
    if (!places.isExhausted()) {
      exhaustionTold = false;
    } else if (!exhaustionTold) {
      exhaustionTold = true;
      Log.warning(
          "the session starts are used up but for the reserve of " + reserve + ": " + limit);
    }
  }

  /** Gives up the lease. If that fails, it runs out by itself. */
  private void leave() {
    try {
      store.take(places.lastStep(), reading, 0);
    } catch (RuntimeException e) {
      // there is no store to leave
    }
  }
}
