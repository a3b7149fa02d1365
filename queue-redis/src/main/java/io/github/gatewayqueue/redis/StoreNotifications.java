package io.github.gatewayqueue.redis;

import java.util.concurrent.TimeUnit;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Listens to the notifications of the store: which start was used last, which request is now the
 * first in a line, and that something has changed. A connection that is lost or silent is opened
 * again.
 */
final class StoreNotifications {
  private static final long MAX_GOODBYE_MILLIS = 500;
  private static final long MIN_PAUSE_MILLIS = 250;
  private static final long PROBE_SECONDS = 5;
  private static final long MAX_SILENT_NANOS = TimeUnit.SECONDS.toNanos(3 * PROBE_SECONDS);

  private final Store store;
  private final StoreWorker worker;
  private final Thread listener;
  private final Thread watch;
  private volatile Subscription subscription = new Subscription();
  private volatile long heardNanos = System.nanoTime();
  private volatile boolean stopped;

  StoreNotifications(Store store, StoreWorker worker, QueueThreadFactory threads) {
    this.store = store;
    this.worker = worker;
    listener = threads.unstarted("gateway-queue-notifications", this::listen);
    watch = threads.unstarted("gateway-queue-notifications-watch", this::watch);
  }

  void start() {
    listener.start();
    watch.start();
  }

  /** Ends the threads, whichever of them were started. */
  void stop() {
    stopped = true;
    watch.interrupt();
    try {
      watch.join(
          MAX_GOODBYE_MILLIS); // or its probe might follow when the connection is somebody else's
      subscription.unsubscribe(); // so that the connection may be used for something else
      listener.join(MAX_GOODBYE_MILLIS);
    } catch (JedisException | InterruptedException e) {
      // closed the hard way
    }
    subscription.connection.cut();
    listener.interrupt();
  }

  private void listen() {
    while (!stopped) {
      Subscription next = new Subscription();
      subscription = next;
      heardNanos = System.nanoTime();
      if (stopped) { // and stop() may have cut the connection before
        return;
      }
      try {
        store.subscribe(next, next.connection);
      } catch (JedisException e) {
        worker.cutOff(e);
      } catch (RuntimeException | Error e) {
        // Jedis could make nothing of what it read: as good as a connection that is lost
      }
      subscription = new Subscription(); // the last one would have its lost connection probed
      pause();
    }
  }

  private void pause() {
    if (stopped) {
      return;
    }
    try {
      Thread.sleep(MIN_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      // the queue is closed
    }
  }

  /** Reading from a connection whose other end is gone without a word would never end. */
  private void watch() {
    try {
      while (!stopped) {
        Thread.sleep(TimeUnit.SECONDS.toMillis(PROBE_SECONDS));
        if (System.nanoTime() - heardNanos > MAX_SILENT_NANOS) {
          subscription.connection.cut();
        } else if (subscription.isSubscribed()) {
          probe();
        }
      }
    } catch (InterruptedException e) {
      // the queue is closed
    }
  }

  private void probe() {
    try {
      store.probe(subscription);
    } catch (JedisException e) {
      // the listener finds out
    }
  }

  /** One connection's life. Its methods are called by the listener. */
  private final class Subscription extends JedisPubSub {
    private final NotificationConnection connection = new NotificationConnection();
    private boolean begun;

    @Override
    public void onSubscribe(String channel, int subscribedChannels) {
      heardNanos = System.nanoTime();
      if (!begun) { // the others are answers to probes
        begun = true;
        worker.listenAgain();
      }
    }

    @Override
    public void onMessage(String channel, String message) {
      heardNanos = System.nanoTime();
      String[] words = message.split(" ", -1);
      if (words.length == 7 && words[0].equals("head")) {
        try {
          worker.hear(
              Long.parseLong(words[1]),
              Integer.parseInt(words[2]),
              Long.parseLong(words[3]),
              Micros.toNanos(Long.parseLong(words[4])),
              words[5],
              Micros.toNanos(Long.parseLong(words[6])));
          return;
        } catch (NumberFormatException | ArithmeticException e) {
          // none of ours, but something was told
        }
      }
      worker.lookAgain();
    }
  }
}
