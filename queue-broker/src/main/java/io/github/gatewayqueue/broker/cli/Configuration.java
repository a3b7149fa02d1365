package io.github.gatewayqueue.broker.cli;

import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.broker.queue.Require;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
    for (Setting setting : Setting.values()) {
      var unused = value(setting, text -> setting.application.apply(broker, text));
    }
    return broker;
  }

  /** Returns how many session starts are not used. */
  int reserve() {
    return value(Setting.RESERVE, text -> Require.reserve("it", Setting.integer(text))).orElse(1);
  }

  /** Returns what reads the session start limit from Discord. */
  SessionStartLimitSource limits() {
    DiscordSessionStartLimitSource.Builder source =
        value(Setting.DISCORD_TOKEN_FILE, DiscordSessionStartLimitSource::builder)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "there is no Discord token, expected DISCORD_TOKEN or --discord-token-file"));
    var unused = value(Setting.DISCORD_API, text -> source.baseUrl(Setting.discordApi(text)));
    return source.build();
  }

  Level logLevel() {
    return value(Setting.LOG_LEVEL, Configuration::level).orElse(Level.INFO);
  }

  private <T> Optional<T> value(Setting setting, Function<String, T> parser) {
    String option = options.apply(setting);
    String name = option == null ? setting.variable : setting.option;
    String text = option == null ? environment.get(name) : option;
    if (setting.isTokenFile()) {
      String token = setting.variable.replace("_FILE", "");
      requireNotEmpty(token);
      if (text == null) {
        name = token;
        text = environment.get(token);
      } else {
        requireNotEmpty(name);
        text = content(name, text);
      }
    } else if (option == null && "".equals(text)) {
      text = null;
    }
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      throw setting.isSecret()
          ? new IllegalArgumentException(name + ": " + e.getMessage())
          : bad(name, text, e);
    }
  }

  /** An empty one is most likely a token that was lost on the way. */
  private void requireNotEmpty(String variable) {
    if ("".equals(environment.get(variable))) {
      throw new IllegalArgumentException(
          variable + " is empty, expected a value, or that it is not set");
    }
  }

  /** Names the value once, as it was given, and then what was expected. */
  static IllegalArgumentException bad(String name, String text, IllegalArgumentException e) {
    String message = "" + e.getMessage();
    int expected = message.startsWith("expected ") ? -2 : message.lastIndexOf(", expected ");
    String what = expected == -1 ? ": " + message : ", " + message.substring(expected + 2);
    return new IllegalArgumentException(name + " is '" + text + "'" + what, e);
  }

  /** A line end behind the token is the editor's, and no part of it. */
  private static String content(String name, String path) {
    try {
      return Files.readString(Path.of(path)).strip();
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "%s is '%s', expected a file that can be read: %s"
              .formatted(name, path, e.getClass().getSimpleName()),
          e);
    }
  }

  private static Level level(String text) {
    return switch (text) {
      case "debug" -> Level.FINE;
      case "info" -> Level.INFO;
      case "warning" -> Level.WARNING;
      default -> throw new IllegalArgumentException("expected debug, info or warning");
    };
  }
}
