package io.github.gatewayqueue.broker.cli;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The settings of a broker. Each has an option and an environment variable, which are named after
 * the constant, and says what becomes of its text.
 */
public enum Setting {
  HOST("ADDRESS", "127.0.0.1", "Where to listen; 0.0.0.0 for all addresses.", Broker.Builder::host),
  PORT(
      "PORT",
      "8080",
      "The port to listen on, 0 for any that is free.",
      (broker, text) -> broker.port(integer(text))),
  INTERVAL(
      "TIME",
      "6s",
      "The shortest time between two releases of one bucket.",
      (broker, text) -> broker.interval(DurationText.parse(text))),
  START_DELAY(
      "TIME",
      "one interval, with a Discord token at least 10s; 6s more with --redis; none with a --record that exists",
      "For how long nothing is released after the start; 0 turns it off.",
      (broker, text) -> broker.startDelay(DurationText.parse(text))),
  MAX_WAITING(
      "N",
      "50000",
      "How many requests may wait; more are refused.",
      (broker, text) -> broker.maxWaiting(integer(text))),
  ON_REFUSAL(
      "answer|close",
      "answer",
      "Whether a refused request gets a response with a status code, or its connection is closed"
          + " unless it asks for events; for clients that treat any response as a release.",
      (broker, text) -> broker.onRefusal(choice(text, Broker.OnRefusal.class))),
  TOKEN_FILE(
      "FILE",
      "none",
      "A file with the token that clients must send as a bearer token. The token itself may be in"
          + " the environment variable GATEWAY_QUEUE_TOKEN.",
      Broker.Builder::token),
  NO_TOKEN(
      "true|false",
      "false",
      "Requires no token on an address that other machines can reach: each of them can use up the"
          + " session starts.",
      (broker, text) -> isTrue(text) ? broker.noToken() : broker),
  DISCORD_TOKEN_FILE(
      "FILE",
      "none",
      "A file with the bot's token, to read the session start limit. The token itself may be in"
          + " the environment variable DISCORD_TOKEN.",
      (broker, text) -> broker.discordToken(withoutScheme(text))),
  DISCORD_API(
      "URL",
      "https://discord.com/api/v10",
      "Where Discord's REST API is, or a proxy for it.",
      (broker, text) -> broker.discordApi(discordApi(text))),
  RESERVE(
      "N",
      "1",
      "How many session starts of a day are never used here.",
      (broker, text) -> broker.reserve(integer(text))),
  WHEN_EXHAUSTED(
      "wait|fail",
      "wait",
      "Whether requests wait or fail when the session starts of the day are used up.",
      (broker, text) -> broker.whenExhausted(choice(text, WhenExhausted.class))),
  BRAKE(
      "on|off",
      "on",
      "Whether a shard that starts for the fifth time within ten minutes waits before it joins the"
          + " line: 5 s, and twice as long each time after that.",
      (broker, text) -> broker.brake(choice(text, Brake.class))),
  RECORD(
      "FILE",
      "none",
      "A file that keeps the starts of the last 24 hours, so that the next broker knows of them and"
          + " has no start delay. Needs a Discord token.",
      (broker, text) -> broker.record(path(text))),
  REDIS(
      "URL",
      "none",
      "A Redis or Valkey that keeps the queue, for several brokers of one bot:"
          + " redis://[[user]:password@]host:port[/database], or rediss:// for TLS. If it has a"
          + " password, use the environment variable: others can read the command line.",
      (broker, text) -> broker.redis(url(text, "redis://127.0.0.1:6379"))),
  REDIS_NAMESPACE(
      "NAME",
      "gateway-queue",
      "The name of the queue, among all in the Redis.",
      Broker.Builder::redisNamespace),
  NAME(
      "NAME",
      "the namespace in the Redis, if one is given",
      "The broker's name on the dashboard, such as the name of the bot.",
      Broker.Builder::name),
  LOG_LEVEL(
      "debug|info|warning",
      "info",
      "The least severe lines that are logged; debug logs each request.",
      (broker, text) -> broker);

  public final String option;
  public final String variable;
  private final String form;
  private final String fallback;
  private final String description;

  /** Has a builder take the text, or throws an IllegalArgumentException. */
  @SuppressWarnings("ImmutableEnumChecker") // none of the functions has a state
  final BiFunction<Broker.Builder, String, Broker.Builder> application;

  Setting(
      String form,
      String fallback,
      String description,
      BiFunction<Broker.Builder, String, Broker.Builder> application) {
    this.option = "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    this.variable =
        switch (name()) { // some are called as other programs have them
          case "HOST", "PORT", "DISCORD_TOKEN_FILE", "DISCORD_API" -> name();
          case "REDIS" -> "REDIS_URL";
          default -> "GATEWAY_QUEUE_" + name();
        };
    this.form = form;
    this.fallback = fallback;
    this.description = description;
    this.application = application;
  }

  /** Returns whether the text is the file of a token. */
  boolean isTokenFile() {
    return this == TOKEN_FILE || this == DISCORD_TOKEN_FILE;
  }

  /** Returns whether its value may hold a password, and must not be repeated. */
  boolean isSecret() {
    return isTokenFile() || this == DISCORD_API || this == REDIS;
  }

  OptionSpec spec() {
    return OptionSpec.builder(option)
        .paramLabel(form)
        .arity(this == NO_TOKEN ? "0" : "1")
        .type(this == NO_TOKEN ? Boolean.class : String.class)
        .description(description, "Or " + variable + ". Default: " + fallback + ".")
        .build();
  }

  private static URI url(String text, String example) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) { // its message repeats the text
      throw new IllegalArgumentException("this is no URL, expected one such as " + example);
    }
  }

  static URI discordApi(String text) {
    return url(text, "https://discord.com/api/v10");
  }

  /** Some keep a bot's token as the header has it. */
  private static String withoutScheme(String discordToken) {
    return discordToken.startsWith("Bot ") ? discordToken.substring(4) : discordToken;
  }

  static int integer(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a whole number", e);
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("expected the path of a file", e);
    }
  }

  private static boolean isTrue(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("expected true or false");
    };
  }

  private static <E extends Enum<E>> E choice(String text, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "expected one of " + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT));
  }
}
