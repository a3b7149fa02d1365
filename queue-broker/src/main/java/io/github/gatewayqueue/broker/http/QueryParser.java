package io.github.gatewayqueue.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.gatewayqueue.broker.requests.ShardQuery;
import io.github.gatewayqueue.internal.DurationText;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses queries such as {@code shard=3&total=16}. Unknown parameters are ignored. */
final class QueryParser {
  private static final int MAX_SHOWN = 40;
  private static final int MAX_DIGITS = 19;
  private static final int MAX_STARTS = 10_000_000;

  /** More than fit into a request line, so that none is overlooked. */
  private static final int MAX_PARAMETERS = BrokerServer.MAX_LINE_BYTES;

  private QueryParser() {}

  /**
   * Parses the query of a request.
   *
   * @param uri the request's target with its query
   * @param maxHold what a longer hold is cut to
   * @throws IllegalArgumentException if a parameter is given twice or is invalid, or they do not
   *     fit; the message is for the client
   */
  static ShardQuery parse(String uri, Duration maxHold) {
    Map<String, List<String>> parameters = parameters(uri);
    String shardText = only("shard", parameters.get("shard"));
    String totalText = only("total", parameters.get("total"));
    long shard = shardText == null ? 0 : number("shard", shardText, 0, Long.MAX_VALUE);
    if (totalText == null && shard == Long.MAX_VALUE) {
      throw new IllegalArgumentException(
          "shard is '%s' and there is no total, expected at most %s"
              .formatted(shard, Long.MAX_VALUE - 1));
    }
    long total = totalText == null ? shard + 1 : number("total", totalText, 1, Long.MAX_VALUE);
    if (shard >= total) {
      throw new IllegalArgumentException(
          "shard is '%s' of total '%s', expected 0 to %s".formatted(shard, total, total - 1));
    }
    String holdText = only("hold", parameters.get("hold"));
    return new ShardQuery(
        shard, total, shardText != null, holdText == null ? null : hold(holdText, maxHold));
  }

  /**
   * Returns how many starts the query of a status asks for, or null if it does not.
   *
   * @throws IllegalArgumentException as {@link #parse}
   */
  static @Nullable Integer starts(String uri) {
    String text = only("starts", parameters(uri).get("starts"));
    return text == null ? null : (int) number("starts", text, 1, MAX_STARTS);
  }

  private static Duration hold(String text, Duration maxHold) {
    try {
      Duration hold = DurationText.parse(text);
      if (hold.isPositive()) {
        return hold.compareTo(maxHold) > 0 ? maxHold : hold;
      }
    } catch (IllegalArgumentException e) {
      // is refused below
    }
    throw new IllegalArgumentException(
        "hold is '%s', expected a time such as 30s or 0.5s, more than zero".formatted(shown(text)));
  }

  private static Map<String, List<String>> parameters(String uri) {
    try {
      return new QueryStringDecoder(uri, UTF_8, true, MAX_PARAMETERS).parameters();
    } catch (IllegalArgumentException e) { // a percent sign without two hexadecimal digits
      throw new IllegalArgumentException(
          "the query '%s' cannot be decoded, expected %% only before two hexadecimal digits"
              .formatted(shown(uri)));
    }
  }

  private static @Nullable String only(String name, @Nullable List<String> values) {
    if (values == null) {
      return null;
    }
    if (values.size() > 1) {
      throw new IllegalArgumentException(
          "%s is given %s times, expected once".formatted(name, values.size()));
    }
    return values.getFirst();
  }

  private static long number(String name, String text, long least, long most) {
    if (text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      try {
        long number = Long.parseLong(text);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        // is refused below: it has no digits, or overflows
      }
    }
    throw new IllegalArgumentException(
        "%s is '%s', expected a number from %s to %s".formatted(name, shown(text), least, most));
  }

  private static String shown(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}
