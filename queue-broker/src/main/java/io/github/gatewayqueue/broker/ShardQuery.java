package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which shard a request is for, and for how long its start is to be held.
 *
 * @param shard the shard's id, from 0 to {@code total - 1}
 * @param total how many shards the bot runs
 * @param named whether the query named the shard
 * @param hold for how long at most; null if it is not to be held
 */
record ShardQuery(long shard, long total, boolean named, @Nullable Duration hold) {
  private static final int MAX_SHOWN = 40;
  private static final int MAX_DIGITS = 19;

  /** More than fit into a request line: none is to be overlooked. */
  private static final int MAX_PARAMETERS = Server.MAX_LINE_BYTES;

  /**
   * Parses a query such as {@code shard=3&total=16}. What it does not know, it ignores.
   *
   * @param uri the request's target with its query
   * @throws BadQueryException if a parameter is given twice, is none, or they do not fit
   */
  static ShardQuery parse(String uri) throws BadQueryException {
    Map<String, List<String>> parameters = parameters(uri);
    String shardText = only("shard", parameters.get("shard"));
    String totalText = only("total", parameters.get("total"));
    long shard = shardText == null ? 0 : number("shard", shardText, 0);
    if (totalText == null && shard == Long.MAX_VALUE) {
      throw new BadQueryException(
          "shard is '%s' and there is no total, expected at most %s"
              .formatted(shard, Long.MAX_VALUE - 1));
    }
    long total = totalText == null ? shard + 1 : number("total", totalText, 1);
    if (shard >= total) {
      throw new BadQueryException(
          "shard is '%s' of total '%s', expected 0 to %s".formatted(shard, total, total - 1));
    }
    return new ShardQuery(
        shard, total, shardText != null, hold(only("hold", parameters.get("hold"))));
  }

  private static @Nullable Duration hold(@Nullable String text) throws BadQueryException {
    if (text == null) {
      return null;
    }
    try {
      Duration hold = Configuration.time(text);
      if (hold.isPositive()) {
        return hold;
      }
    } catch (IllegalArgumentException e) {
      // is refused below
    }
    throw new BadQueryException(
        "hold is '%s', expected a time such as 30s or 0.5s, more than zero".formatted(shown(text)));
  }

  private static Map<String, List<String>> parameters(String uri) throws BadQueryException {
    try {
      return new QueryStringDecoder(uri, UTF_8, true, MAX_PARAMETERS).parameters();
    } catch (IllegalArgumentException e) { // a percent sign without two hexadecimal digits
      throw new BadQueryException("the query '%s' can not be decoded".formatted(shown(uri)));
    }
  }

  private static @Nullable String only(String name, @Nullable List<String> values)
      throws BadQueryException {
    if (values == null) {
      return null;
    }
    if (values.size() > 1) {
      throw new BadQueryException(
          "%s is given %s times, expected once".formatted(name, values.size()));
    }
    return values.getFirst();
  }

  private static long number(String name, String text, long least) throws BadQueryException {
    if (text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      try {
        long number = Long.parseLong(text);
        if (number >= least) {
          return number;
        }
      } catch (NumberFormatException e) {
        // is refused below: it has no digits, or overflows
      }
    }
    throw new BadQueryException(
        "%s is '%s', expected a number from %s to %s"
            .formatted(name, shown(text), least, Long.MAX_VALUE));
  }

  private static String shown(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}
