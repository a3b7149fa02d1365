package io.github.gatewayqueue.broker.cli;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.broker.queue.Require;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * The settings, each from an option or else from an environment variable. Invalid ones throw an
 * IllegalArgumentException that names the option or the variable, and never a token.
 */
public final class Configuration {
  private final Function<Setting, @Nullable String> options;
  private final Map<String, String> environment;

  /**
   * Creates a configuration.
   *
   * @param options the value of an option, or null if it was not given
   * @param environment the environment's variables
   */
  public Configuration(
      Function<Setting, @Nullable String> options, Map<String, String> environment) {
    this.options = options;
    this.environment = environment;
  }

  public Broker.Builder broker() {
    Broker.Builder broker = Broker.builder();
    apply(Setting.HOST, broker::host);
    apply(Setting.PORT, text -> broker.port(integer(text)));
    apply(Setting.INTERVAL, text -> broker.interval(DurationText.parse(text)));
    apply(Setting.START_DELAY, text -> broker.startDelay(DurationText.parse(text)));
    apply(Setting.MAX_WAITING, text -> broker.maxWaiting(integer(text)));
    apply(Setting.ON_REFUSAL, text -> broker.onRefusal(choice(text, Broker.OnRefusal.class)));
    applyUnseen(
        Setting.DISCORD_API, text -> broker.discordApi(url(text, "https://discord.com/api/v10")));
    apply(Setting.RESERVE, text -> broker.reserve(integer(text)));
    apply(Setting.WHEN_EXHAUSTED, text -> broker.whenExhausted(choice(text, WhenExhausted.class)));
    apply(Setting.BRAKE, text -> broker.brake(choice(text, Brake.class)));
    apply(Setting.RECORD, text -> broker.record(path(text)));
    applyUnseen(Setting.REDIS, text -> broker.redis(url(text, "redis://127.0.0.1:6379")));
    apply(Setting.REDIS_NAMESPACE, broker::redisNamespace);
    apply(
        Setting.NO_TOKEN,
        text -> {
          if (yes(text)) {
            broker.noToken();
          }
        });
    apply(Setting.NAME, broker::name);
    applySecret(Setting.TOKEN_FILE, "GATEWAY_QUEUE_TOKEN", broker::token);
    applySecret(
        Setting.DISCORD_TOKEN_FILE,
        "DISCORD_TOKEN",
        text -> broker.discordToken(withoutScheme(text)));
    return broker;
  }

  /** Returns how many session starts are not used. */
  int reserve() {
    int[] reserve = {1};
    apply(Setting.RESERVE, text -> reserve[0] = Require.reserve("it", integer(text)));
    return reserve[0];
  }

  /** Returns what reads the session start limit from Discord. */
  SessionStartLimitSource limits() {
    List<DiscordSessionStartLimitSource.Builder> builder = new ArrayList<>();
    applySecret(
        Setting.DISCORD_TOKEN_FILE,
        "DISCORD_TOKEN",
        text -> builder.add(DiscordSessionStartLimitSource.builder(text)));
    if (builder.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no Discord token, expected DISCORD_TOKEN or --discord-token-file");
    }
    applyUnseen(
        Setting.DISCORD_API,
        text -> builder.getFirst().baseUrl(url(text, "https://discord.com/api/v10")));
    return builder.getFirst().build();
  }

  /** Some keep a bot's token as the header has it. */
  private static String withoutScheme(String discordToken) {
    return discordToken.startsWith("Bot ") ? discordToken.substring(4) : discordToken;
  }

  Level logLevel() {
    Level[] level = {Level.INFO};
    apply(
        Setting.LOG_LEVEL,
        text ->
            level[0] =
                switch (text) {
                  case "debug" -> Level.FINE;
                  case "info" -> Level.INFO;
                  case "warning" -> Level.WARNING;
                  default -> throw new IllegalArgumentException("expected debug, info or warning");
                });
    return level[0];
  }

  private interface Application {
    void apply(String text);
  }

  private void apply(Setting setting, Application application) {
    apply(setting, application, true);
  }

  /** Applies what may hold a password, and is not to be repeated. */
  private void applyUnseen(Setting setting, Application application) {
    apply(setting, application, false);
  }

  private void apply(Setting setting, Application application, boolean seen) {
    String option = options.apply(setting);
    String text = option == null ? environment.get(setting.variable) : option;
    if (text == null || (option == null && text.isEmpty())) {
      return;
    }
    String name = option == null ? setting.variable : setting.option;
    try {
      application.apply(text);
    } catch (IllegalArgumentException e) {
      throw seen ? bad(name, text, e) : new IllegalArgumentException(name + ": " + e.getMessage());
    }
  }

  /** Names the value once, as it was given, and then what was expected. */
  static IllegalArgumentException bad(String name, String text, IllegalArgumentException e) {
    String message = "" + e.getMessage();
    int expected = message.startsWith("expected ") ? -2 : message.lastIndexOf(", expected ");
    String what = expected == -1 ? ": " + message : ", " + message.substring(expected + 2);
    return new IllegalArgumentException(name + " is '" + text + "'" + what, e);
  }

  private static URI url(String text, String example) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) { // its message repeats the text
      throw new IllegalArgumentException("this is no URL, expected one such as " + example);
    }
  }

  /** Hands over a token from a file or a variable, if there is one. */
  private void applySecret(Setting file, String variable, Application application) {
    String option = options.apply(file);
    String path = option == null ? notEmpty(file.variable) : option;
    String token = notEmpty(variable);
    String name = variable;
    if (path != null) {
      name = option == null ? file.variable : file.option;
      token = content(name, path);
    } else if (token == null) {
      return;
    }
    try {
      application.apply(token);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /** An empty one is most likely a token that was lost on the way. */
  private @Nullable String notEmpty(String variable) {
    String value = environment.get(variable);
    if (value != null && value.isEmpty()) {
      throw new IllegalArgumentException(
          variable + " is empty, expected a value, or that it is not set");
    }
    return value;
  }

  /** A line end behind the token is the editor's, and no part of it. */
  private static String content(String name, String path) {
    try {
      return Files.readString(Path.of(path)).strip();
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          name
              + " is '"
              + path
              + "', expected a file that can be read: "
              + e.getClass().getSimpleName(),
          e);
    }
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

  private static boolean yes(String text) {
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
