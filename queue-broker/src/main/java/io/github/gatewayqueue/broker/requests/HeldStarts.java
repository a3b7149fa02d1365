package io.github.gatewayqueue.broker.requests;

import io.github.gatewayqueue.broker.requests.HeldStart.Word;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The starts that clients hold, or held a moment ago, and what the clients report of them. Used by
 * the event loop alone.
 */
public final class HeldStarts {
  /** A client takes a start for lost when it has heard nothing for three times as long. */
  private static final long BEAT_MILLIS = 1000;

  private final EventLoop loop;
  private final Metrics metrics;
  private final History history;

  /** By their names. */
  private final Map<String, Known> known = new HashMap<>();

  /** A start and its client. */
  private static final class Known {
    final HeldStart start;
    final ShardQuery shard;

    /** Null once it was told the last: of such a start only the name is kept. */
    @Nullable Client client;

    /** Something was said of it, or it ran out. */
    boolean isOver;

    long overNanos;

    Known(HeldStart start, ShardQuery shard, Client client) {
      this.start = start;
      this.shard = shard;
      this.client = client;
    }
  }

  HeldStarts(EventLoop loop, Metrics metrics, History history) {
    this.loop = loop;
    this.metrics = metrics;
    this.history = history;
  }

  void start() {
    loop.every(BEAT_MILLIS, this::beat);
  }

  /** A client is about to be told that it holds a start. */
  void add(HeldStart start, ShardQuery shard, Client client) {
    Known added = new Known(start, shard, client);
    known.put(start.id(), added);
    client.whenGone(() -> {
      if (!added.isOver) {
        say(added, Word.LOST);
      }
    });
  }

  /** Shows clients that their connections live, and forgets what was over long ago. */
  private void beat() {
    long nowNanos = System.nanoTime();
    known
        .values()
        .removeIf(one -> {
          boolean isOld = one.isOver && nowNanos - one.overNanos >= HeldStart.REMEMBERED.toNanos();
          if (isOld) {
            end(one);
          } else if (!one.isOver && one.start.isExpired()) {
            expired(one.start);
          } else if (one.client != null) {
            one.client.beat();
          }
          return isOld;
        });
  }

  private static void end(Known of) {
    if (of.client != null) {
      of.client.end();
      of.client = null;
    }
  }

  /** Returns whether a start is held, or was over a moment ago; others' are not known here. */
  public boolean knows(String id) {
    return known.containsKey(id);
  }

  /** Returns for how long a start is still held, or 0 if it is over or not known. */
  public long leftNanos(String id) {
    Known asked = known.get(id);
    return asked == null || asked.isOver ? 0 : asked.start.leftNanos();
  }

  /** Takes note of what a client says of a start, if that is known. */
  public void say(String id, Word word) {
    Known of = known.get(id);
    if (of != null) {
      say(of, word);
    }
  }

  private void say(Known of, Word word) {
    of.start.say(word);
    over(of, word);
    if (word != Word.IDENTIFIED) { // it may yet be answered
      end(of);
    }
  }

  /** A start has run out, or is lost: its client is told, unless it has just said something. */
  void expired(HeldStart start) {
    Known expired = known.get(start.id());
    if (expired == null || expired.isOver) {
      return;
    }
    over(expired, Word.EXPIRED);
    if (expired.client != null) {
      expired.client.expired(start);
      end(expired);
    }
  }

  /** Takes note that nothing is held any more; the start is known as long as words are repeated. */
  private void over(Known over, Word said) {
    if (!over.isOver) {
      over.isOver = true;
      over.overNanos = System.nanoTime();
      metrics.holdEnded(said);
      if (said != Word.CANCELLED) {
        history.started(over.shard);
      }
    }
  }

  /** Ends all of them because the broker stops. */
  void stop() {
    for (Known one : known.values()) {
      one.start.say(Word.CLOSED);
      over(one, Word.CLOSED);
      if (one.client != null) {
        one.client.stopping();
        one.client = null;
      }
    }
  }
}
