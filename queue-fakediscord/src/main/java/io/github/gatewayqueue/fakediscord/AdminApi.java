package io.github.gatewayqueue.fakediscord;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pages below {@code /fakediscord}, for users without Java. */
final class AdminApi {
  static final String PREFIX = "/fakediscord";

  private static final String HELP =
      """
      FakeDiscord's own pages; what changes something is a POST; times S are in seconds,
      or with that unit in milliseconds, such as 200ms:

      GET  /fakediscord/score               the verdict so far
      GET  /fakediscord/identifies          every IDENTIFY, as JSON
      POST /fakediscord/limit?              any of: total=N remaining=N reset_after=S max_concurrency=N
                                              count_lag=S
      POST /fakediscord/start-elsewhere?starts=N  uses N session starts, as another program would
      POST /fakediscord/network?            any of: rtt=S jitter=S
      POST /fakediscord/rest?fault=F        the next REST requests fail, with times=N only so many; F is
                                              status&status=503
                                              rate-limited&retry_after=S
                                              rate-limited-header&retry_after=S
                                              rate-limited-body&retry_after=S
                                              delayed&delay=S, hanging, garbage, cut-off
                                              huge&bytes=N, missing&field=NAME, body&status=200&body=TEXT
                                              limit&total=N&remaining=N&reset_after=MILLIS&max_concurrency=N
                                              none
      POST /fakediscord/sockets?delay=S&times=N  the next N sockets are opened late
      POST /fakediscord/hello?delay=S       HELLO late on new sockets; delay=never: none at all
      POST /fakediscord/ready?delay=S       READY late, or never
      POST /fakediscord/end-sessions?after=S&code=4009&times=N
                                            the next N sessions end so long after READY
      POST /fakediscord/invalidate?times=N  op 9 for the next N identifies
      POST /fakediscord/close?code=4000     closes all gateway sockets
      POST /fakediscord/drop                loses all gateway sockets without a close frame
      POST /fakediscord/reconnect           op 7 to all
      POST /fakediscord/forget              forgets all sessions: none can be resumed
      POST /fakediscord/outage?kind=K       K is hanging-up; none; refusing&seconds=S, which is over then
      POST /fakediscord/heal                ends all faults and outages
      """;

  private static final String NEVER = "never";

  private final FakeDiscord discord;

  AdminApi(FakeDiscord discord) {
    this.discord = discord;
  }

  void handle(HttpServerRequest request, String path) {
    String page = path.substring(PREFIX.length());
    try {
      if (request.method().equals(HttpMethod.GET)) {
        show(request, page);
      } else if (request.method().equals(HttpMethod.POST)) {
        change(request, page);
        answer(request, 200, "done\n");
      } else {
        answer(request, 405, "%s is not supported, GET and POST are%n".formatted(request.method()));
      }
    } catch (IllegalArgumentException refused) {
      answer(request, 400, refused.getMessage() + "\n");
    }
  }

  private static void answer(HttpServerRequest request, int status, String text) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end(text);
  }

  private void show(HttpServerRequest request, String page) {
    switch (page) {
      case "", "/" -> answer(request, 200, HELP);
      case "/score" -> answer(request, 200, discord.score() + "\n");
      case "/identifies" ->
          request
              .response()
              .putHeader("Content-Type", "application/json")
              .end(identifies().encode());
      default -> answer(request, 404, HELP);
    }
  }

  private JsonArray identifies() {
    var array = new JsonArray();
    for (Identify identify : discord.identifies()) {
      Duration gap = identify.gap();
      array.add(
          new JsonObject()
              .put("since_start_nanos", identify.sinceStart().toNanos())
              .put("shard_id", identify.shardId())
              .put("shard_total", identify.shardTotal())
              .put("bucket", identify.bucket())
              .put("verdict", identify.verdict().name())
              .put("gap_nanos", gap == null ? null : gap.toNanos()));
    }
    return array;
  }

  private void change(HttpServerRequest request, String page) {
    switch (page) {
      case "/limit" -> limit(request);
      case "/start-elsewhere" -> discord.startElsewhere(integer(request, "starts"));
      case "/network" -> network(request);
      case "/rest" -> rest(request);
      case "/sockets" ->
          discord.faults().delaySockets(seconds(request, "delay"), integer(request, "times"));
      case "/hello" -> hello(text(request, "delay"));
      case "/ready" -> ready(text(request, "delay"));
      case "/end-sessions" ->
          discord
              .faults()
              .endSessions(
                  seconds(request, "after"), integer(request, "code"), integer(request, "times"));
      case "/invalidate" -> discord.faults().invalidateIdentifies(integer(request, "times"));
      case "/close" -> discord.closeSockets(integer(request, "code"), "Closed on purpose.");
      case "/drop" -> discord.dropSockets();
      case "/reconnect" -> discord.requestReconnects();
      case "/forget" -> discord.forgetSessions();
      case "/outage" -> outage(request);
      case "/heal" -> {
        discord.faults().heal();
        discord.endOutage();
      }
      default -> throw new IllegalArgumentException("there is no POST " + PREFIX + page);
    }
  }

  /** All are looked at before one is set; the total goes first, as what remains is held to it. */
  private void limit(HttpServerRequest request) {
    Integer total =
        given(request, "total", name -> Require.atLeast(name, integer(request, name), 0));
    int most = total == null ? discord.score().total() : total;
    Integer remaining =
        given(request, "remaining", name -> Require.inRange(name, integer(request, name), 0, most));
    Duration resetAfter =
        given(request, "reset_after", name -> Require.notNegative(name, seconds(request, name)));
    Integer maxConcurrency =
        given(request, "max_concurrency", name -> Require.atLeast(name, integer(request, name), 1));
    Duration countLag =
        given(request, "count_lag", name -> Require.notNegative(name, seconds(request, name)));
    setIfGiven(total, discord::setTotal);
    setIfGiven(remaining, discord::setRemaining);
    setIfGiven(resetAfter, discord::setResetAfter);
    setIfGiven(maxConcurrency, discord::setMaxConcurrency);
    setIfGiven(countLag, discord::setCountLag);
  }

  private void network(HttpServerRequest request) {
    Duration roundTrip =
        given(request, "rtt", name -> Require.notNegative(name, seconds(request, name)));
    Duration jitter =
        given(request, "jitter", name -> Require.notNegative(name, seconds(request, name)));
    setIfGiven(roundTrip, discord::setRoundTrip);
    setIfGiven(jitter, discord::setJitter);
  }

  private static <T> @Nullable T given(
      HttpServerRequest request, String name, Function<String, T> parser) {
    return request.getParam(name) == null ? null : parser.apply(name);
  }

  private static <T> void setIfGiven(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  private void rest(HttpServerRequest request) {
    String name = text(request, "fault");
    if (name.equals("none")) {
      discord.faults().healRest();
    } else if (request.getParam("times") == null) {
      discord.faults().failRest(fault(request, name));
    } else {
      discord.faults().failRest(fault(request, name), integer(request, "times"));
    }
  }

  private static RestFault fault(HttpServerRequest request, String name) {
    return switch (name) {
      case "status" -> RestFault.status(integer(request, "status"));
      case "rate-limited" -> RestFault.rateLimited(seconds(request, "retry_after"));
      case "rate-limited-header" -> RestFault.rateLimitedByHeader(seconds(request, "retry_after"));
      case "rate-limited-body" -> RestFault.rateLimitedByBody(seconds(request, "retry_after"));
      case "delayed" -> RestFault.delayed(seconds(request, "delay"));
      case "hanging" -> RestFault.hanging();
      case "garbage" -> RestFault.garbage();
      case "cut-off" -> RestFault.cutOff();
      case "huge" -> RestFault.huge(wholeNumber(request, "bytes"));
      case "missing" -> RestFault.missing(text(request, "field"));
      case "body" -> RestFault.body(integer(request, "status"), text(request, "body"));
      case "limit" ->
          RestFault.limit(
              wholeNumber(request, "total"),
              wholeNumber(request, "remaining"),
              wholeNumber(request, "reset_after"),
              wholeNumber(request, "max_concurrency"));
      default ->
          throw new IllegalArgumentException(
              ("fault is %s, expected none, status, rate-limited, rate-limited-header,"
                      + " rate-limited-body, delayed, hanging, garbage, cut-off, huge, missing, body or"
                      + " limit")
                  .formatted(name));
    };
  }

  private void hello(String delay) {
    if (delay.equals(NEVER)) {
      discord.faults().withholdHello();
    } else {
      discord.faults().delayHello(Require.seconds("delay", delay));
    }
  }

  private void ready(String delay) {
    if (delay.equals(NEVER)) {
      discord.faults().withholdReady();
    } else {
      discord.faults().delayReady(Require.seconds("delay", delay));
    }
  }

  /** While connections are refused, these pages cannot be reached to end it. */
  private void outage(HttpServerRequest request) {
    switch (text(request, "kind")) {
      case "none" -> discord.endOutage();
      case "hanging-up" -> discord.startOutage(Outage.HANGING_UP);
      case "refusing" -> discord.refuseFor(seconds(request, "seconds"));
      case String other ->
          throw new IllegalArgumentException(
              "kind is %s, expected hanging-up, refusing or none".formatted(other));
    }
  }

  private static String text(HttpServerRequest request, String name) {
    String value = request.getParam(name);
    if (value == null) {
      throw new IllegalArgumentException("the parameter %s is missing".formatted(name));
    }
    return value;
  }

  private static int integer(HttpServerRequest request, String name) {
    return Require.integer(name, text(request, name));
  }

  private static long wholeNumber(HttpServerRequest request, String name) {
    return Require.wholeNumber(name, text(request, name));
  }

  private static Duration seconds(HttpServerRequest request, String name) {
    return Require.seconds(name, text(request, name));
  }
}
