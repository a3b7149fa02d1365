package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.HeldStart.Word;
import io.github.gatewayqueue.broker.requests.HeldStarts;
import io.github.gatewayqueue.broker.requests.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The paths below {@code /starts/}, at which clients report what became of the starts that they
 * hold, each in its own request. Used by the event loop alone.
 */
final class StartsPath {
  static final String PATH = "/starts/";

  private static final Problem UNKNOWN =
      new Problem(
          404, "this start is not known here: it was over a while ago, or is another broker's");
  private static final Problem NO_WORD =
      new Problem(
          404, "this is nothing to say of a start, expected identified, answered or cancelled");

  private final HeldStarts starts;

  StartsPath(HeldStarts starts) {
    this.starts = starts;
  }

  void answer(Exchange exchange) {
    String[] parts = exchange.path().substring(PATH.length()).split("/", -1);
    HeldStart held = starts.find(parts[0]);
    Word word = parts.length == 2 ? word(parts[1]) : null;
    if (held == null) {
      exchange.refuse(UNKNOWN);
    } else if (word != null) {
      exchange.answerIf(
          List.of(HttpMethod.POST, HttpMethod.PUT),
          () -> {
            starts.say(held, word);
            exchange.answerEmpty();
          });
    } else if (parts.length == 1) {
      exchange.answerIf(
          List.of(HttpMethod.GET, HttpMethod.HEAD), () -> answer(exchange, held.leftNanos()));
    } else {
      exchange.refuse(NO_WORD);
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

  private static void answer(Exchange exchange, long leftNanos) {
    exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    exchange.answer(200, Json.TYPE, new Json().withMillis("holdMillis", leftNanos).toString());
  }
}
