package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.broker.HeldStart.Word;
import io.vertx.core.http.HttpMethod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The starts that clients hold, or held a moment ago, and what they say of them: each in a request
 * of its own, while the answer that released it stays open. Used by the event loop alone.
 */
final class Starts {
  static final String PATH = "/starts/";

  /** A client takes a start for lost when it has heard nothing for three times as long. */
  private static final long BEAT_MILLIS = 1000;

  private final Loop loop;
  private final Metrics metrics;
  private final History history;

  /** By their names. */
  private final Map<String, Known> known = new HashMap<>();

  /** A start and its client's stream. */
  private static final class Known {
    final HeldStart start;
    final ShardQuery shard;

    /** Null once it has ended: of such a start only the name is kept. */
    @Nullable Exchange stream;

    /** Something was said of it, or it ran out. */
    boolean isOver;

    long overNanos;

    Known(HeldStart start, ShardQuery shard, Exchange stream) {
      this.start = start;
      this.shard = shard;
      this.stream = stream;
    }
  }

  Starts(Loop loop, Metrics metrics, History history) {
    this.loop = loop;
    this.metrics = metrics;
    this.history = history;
  }

  void start() {
    loop.every(BEAT_MILLIS, this::beat);
  }

  /** A client is about to be told that it holds a start. */
  void add(HeldStart start, ShardQuery shard, Exchange stream) {
    Known added = new Known(start, shard, stream);
    known.put(start.id(), added);
    stream
        .response()
        .closeHandler(closed -> {
          if (!added.isOver) {
            say(added, Word.LOST);
          }
        });
  }

  /** Shows clients that their streams live, and forgets what was over long ago. */
  private void beat() {
    long nowNanos = System.nanoTime();
    known
        .values()
        .removeIf(one -> {
          boolean isOld = one.isOver && nowNanos - one.overNanos >= HeldStart.REMEMBERED.toNanos();
          Exchange stream = one.stream;
          if (isOld) {
            endStream(one);
          } else if (!one.isOver && one.start.isExpired()) {
            expired(one.start);
          } else if (stream != null && !stream.response().writeQueueFull()) {
            stream.write(Events.COMMENT);
          }
          return isOld;
        });
  }

  private static void endStream(Known of) {
    if (of.stream != null) {
      of.stream.end();
      of.stream = null;
    }
  }

  /** Answers a request that says something of a start, or asks for how long it is held. */
  void answer(Exchange exchange) {
    String[] parts = exchange.path().substring(PATH.length()).split("/", -1);
    Known asked = known.get(parts[0]);
    Word word = parts.length == 2 ? word(parts[1]) : null;
    if (asked == null || (word == null && parts.length > 1)) {
      exchange.refuse(
          new Problem(
              404,
              asked == null
                  ? "this start is not known here: it was over a while ago, or is another broker's"
                  : "this is nothing to say of a start, expected identified, answered or"
                      + " cancelled"));
    } else if (word == null) {
      exchange.answerIf(List.of(HttpMethod.GET, HttpMethod.HEAD), () -> tellLeft(exchange, asked));
    } else {
      exchange.answerIf(
          List.of(HttpMethod.POST, HttpMethod.PUT),
          () -> {
            say(asked, word);
            exchange.answerEmpty();
          });
    }
  }

  private static @Nullable Word word(String text) {
    return switch (text) {
      case "identified" -> Word.IDENTIFIED;
      case "answered" -> Word.ANSWERED;
      case "cancelled" -> Word.CANCELLED;
      default -> null;
    };
  }

  private static void tellLeft(Exchange exchange, Known asked) {
    long leftNanos = asked.isOver ? 0 : asked.start.leftNanos();
    exchange.response().putHeader("Cache-Control", "no-store");
    exchange.answer(
        200, Json.TYPE, Json.object(json -> Json.millis(json, "holdMillis", leftNanos)));
  }

  private void say(Known of, Word word) {
    of.start.say(word);
    end(of, word);
    if (word != Word.IDENTIFIED) { // it may yet be answered
      endStream(of);
    }
  }

  /** A start has run out, or is lost: its client is told, unless it has just said something. */
  void expired(HeldStart start) {
    Known expired = known.get(start.id());
    if (expired == null || expired.isOver) {
      return;
    }
    end(expired, Word.EXPIRED);
    if (expired.stream != null) {
      expired.stream.write(
          Events.event(
              "expired",
              Json.object(json -> {
                json.writeStringProperty("message", "the start has run out, or is lost");
                json.writeStringProperty("start", start.id());
              })));
      endStream(expired);
    }
  }

  /** Takes note that nothing is held any more; the start is known as long as words are repeated. */
  private void end(Known over, Word said) {
    if (!over.isOver) {
      over.isOver = true;
      over.overNanos = System.nanoTime();
      metrics.holdEnded(said);
      if (said != Word.CANCELLED) {
        history.started(over.shard);
      }
    }
  }

  /** Ends all of them as the broker stops. */
  void stop() {
    for (Known one : known.values()) {
      one.start.say(Word.CLOSED);
      end(one, Word.CLOSED);
      if (one.stream != null) {
        one.stream.write(Events.closing(WaitingRequest.RETRY_AFTER_STOP));
        endStream(one);
      }
    }
  }
}
