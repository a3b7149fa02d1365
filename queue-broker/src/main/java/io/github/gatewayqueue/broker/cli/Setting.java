package io.github.gatewayqueue.broker.cli;

import picocli.CommandLine.Model.OptionSpec;

/** The settings of a broker: an option, and an environment variable for each. */
public enum Setting {
  HOST("--host", "HOST", "ADDRESS", "127.0.0.1", "Where to listen; 0.0.0.0 for all addresses."),
  PORT("--port", "PORT", "PORT", "8080", "The port to listen on, 0 for any that is free."),
  INTERVAL(
      "--interval",
      "GATEWAY_QUEUE_INTERVAL",
      "TIME",
      "6s",
      "The shortest time between two releases of one bucket."),
  START_DELAY(
      "--start-delay",
      "GATEWAY_QUEUE_START_DELAY",
      "TIME",
      "one interval, with a Discord token at least 10s; 6s more with --redis; none with a --record that exists",
      "For how long nothing is released after the start; 0 turns it off."),
  MAX_WAITING(
      "--max-waiting",
      "GATEWAY_QUEUE_MAX_WAITING",
      "N",
      "50000",
      "How many requests may wait; more are refused."),
  ON_REFUSAL(
      "--on-refusal",
      "GATEWAY_QUEUE_ON_REFUSAL",
      "answer|close",
      "answer",
      "Whether a refused request gets a response with a status code, or its connection is closed"
          + " unless it asks for events; for clients that treat any response as a release."),
  TOKEN_FILE(
      "--token-file",
      "GATEWAY_QUEUE_TOKEN_FILE",
      "FILE",
      "none",
      "A file with the token that clients must send as a bearer. The token itself may be in"
          + " the environment variable GATEWAY_QUEUE_TOKEN."),
  NO_TOKEN(
      "--no-token",
      "GATEWAY_QUEUE_NO_TOKEN",
      "true|false",
      "false",
      "Requires no token on an address that other machines can reach: each of them can use up the"
          + " session starts."),
  DISCORD_TOKEN_FILE(
      "--discord-token-file",
      "DISCORD_TOKEN_FILE",
      "FILE",
      "none",
      "A file with the bot's token, to read the session start limit. The token itself may be in"
          + " the environment variable DISCORD_TOKEN."),
  DISCORD_API(
      "--discord-api",
      "DISCORD_API",
      "URL",
      "https://discord.com/api/v10",
      "Where Discord's REST API is, or a proxy for it."),
  RESERVE(
      "--reserve",
      "GATEWAY_QUEUE_RESERVE",
      "N",
      "1",
      "How many session starts of a day are never used here."),
  WHEN_EXHAUSTED(
      "--when-exhausted",
      "GATEWAY_QUEUE_WHEN_EXHAUSTED",
      "wait|fail",
      "wait",
      "Whether requests wait or fail when the session starts of the day are used up."),
  BRAKE(
      "--brake",
      "GATEWAY_QUEUE_BRAKE",
      "on|off",
      "on",
      "Whether a shard that starts for the fifth time within ten minutes waits before it joins the"
          + " line: 5 s, and twice as long each time after that."),
  RECORD(
      "--record",
      "GATEWAY_QUEUE_RECORD",
      "FILE",
      "none",
      "A file that keeps the starts of the last 24 hours, so that the next broker knows of them and"
          + " has no start delay. Needs a Discord token."),
  REDIS(
      "--redis",
      "REDIS_URL",
      "URL",
      "none",
      "A Redis or Valkey that keeps the queue, for several brokers of one bot:"
          + " redis://[[user]:password@]host:port[/database], or rediss:// for TLS. If it has a"
          + " password, use the environment variable: others can read the command line."),
  REDIS_NAMESPACE(
      "--redis-namespace",
      "GATEWAY_QUEUE_REDIS_NAMESPACE",
      "NAME",
      "gateway-queue",
      "The name of the queue, among all in the Redis."),
  NAME(
      "--name",
      "GATEWAY_QUEUE_NAME",
      "NAME",
      "the namespace in the Redis, if one is given",
      "The broker's name on the dashboard, such as the name of the bot."),
  LOG_LEVEL(
      "--log-level",
      "GATEWAY_QUEUE_LOG_LEVEL",
      "debug|info|warning",
      "info",
      "The least severe lines that are logged; debug logs each request.");

  public final String option;
  public final String variable;
  private final String form;
  private final String fallback;
  private final String description;

  Setting(String option, String variable, String form, String fallback, String description) {
    this.option = option;
    this.variable = variable;
    this.form = form;
    this.fallback = fallback;
    this.description = description;
  }

  OptionSpec spec() {
    return OptionSpec.builder(option)
        .paramLabel(form)
        .arity(this == NO_TOKEN ? "0" : "1")
        .type(this == NO_TOKEN ? Boolean.class : String.class)
        .description(description, "Or " + variable + ". Default: " + fallback + ".")
        .build();
  }
}
