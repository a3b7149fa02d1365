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
  private final Map<String, HeldStart> known = new HashMap<>();

  HeldStarts(EventLoop loop, Metrics metrics, History history) {
    this.loop = loop;
    this.metrics = metrics;
    this.history = history;
  }

  void start() {
    loop.every(BEAT_MILLIS, this::beat);
  }

  /** The client of a start is about to be told that it holds it. */
  void add(HeldStart start, Client client) {
    start.client = client;
    known.put(start.id(), start);
    client.whenGone(() -> {
      if (!start.isOver) {
        say(start, Word.LOST);
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
          } else if (!one.isOver && one.isExpired()) {
            expired(one);
          } else if (one.client != null) {
            one.client.beat();
          }
          return isOld;
        });
  }

  private static void end(HeldStart of) {
    if (of.client != null) {
      of.client.end();
      of.client = null;
    }
  }

  /** Returns the start of this name, or null if it was over long ago, or is not known here. */
  public @Nullable HeldStart find(String id) {
    return known.get(id);
  }

  /** Takes note of what a client says of a start. */
  public void say(HeldStart of, Word word) {
    of.say(word);
    over(of, word);
    if (word != Word.IDENTIFIED) { // it may yet be answered
      end(of);
    }
  }

  /** A start has run out, or is lost: its client is told, unless it has just said something. */
  void expired(HeldStart start) {
    Client client = start.client;
    if (client != null && !start.isOver) {
      over(start, Word.EXPIRED);
      client.expired(start);
      end(start);
    }
  }

  /** Takes note that nothing is held any more; the start is known as long as words are repeated. */
  private void over(HeldStart over, Word said) {
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
    for (HeldStart one : known.values()) {
      one.say(Word.CLOSED);
      over(one, Word.CLOSED);
      if (one.client != null) {
        one.client.stopping();
        one.client = null;
      }
    }
  }
}
