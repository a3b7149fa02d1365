package io.github.gatewayqueue.discord;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.HttpUrl;
import io.github.gatewayqueue.internal.Require;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the session start limit of a bot from Discord: {@code GET /gateway/bot} of its REST API, or
 * of a proxy in front of it.
 *
 * {@snippet file="io/github/gatewayqueue/discord/UsageTest.java" region="usage"}
 *
 * <p>A queue with a session start limit takes this source when it is built, and reads the limit
 * whenever it needs to.
 *
 * <h2>Failure</h2>
 *
 * For a fault that may pass, {@code fetch} throws an {@link IOException} with what was wrong, and
 * the queue asks again later: no connection, no response in time, a status such as 503 or 403, a
 * redirect (never followed, because the token must not go elsewhere), a body that is cut off,
 * invalid or longer than 64 KiB. If {@code remaining} is above {@code total}, it is taken as the
 * total, and a warning is logged.
 *
 * <p>For a response with a waiting time, it throws a {@link SessionStartLimitUnavailableException}
 * with that time: the longest of the header {@code Retry-After} (seconds or a date) and, with a
 * status of 429, of {@code X-RateLimit-Reset-After} and the body's {@code retry_after}, up to a
 * week. Until then no request is sent, and every call throws the exception at once. A status of 429
 * without a time counts as a minute. If 429s follow one another, each time is at least twice the
 * one before, up to an hour.
 *
 * <p>A status of 401 does not pass by itself: it throws a {@link GatewayQueueException}, as does
 * every call within the next 5 seconds, without a request. If 401s follow one another, that time
 * doubles, up to 10 minutes. Any other status, 403 among them, may come from a proxy on the way to
 * Discord, and may pass.
 *
 * <h2>The token</h2>
 *
 * It is sent in the header {@code Authorization} and appears nowhere else: in no message, no cause,
 * no line of the log and in no {@code toString()}. Plain {@code http} is allowed because HTTP
 * proxies for Discord run on private networks. Anyone who can read their traffic can read the
 * token.
 *
 * <h2>Threads and connections</h2>
 *
 * Instances are safe for use by many threads and need no closing. Unless the builder was given an
 * {@link HttpClient}, each reading makes one of its own and shuts it down at its end, so that
 * between readings, which may be a day apart, no thread and no connection is held.
 *
 * @see <a href="https://discord.com/developers/docs/events/gateway#get-gateway-bot">Discord: Get
 *     Gateway Bot</a>
 */
public final class DiscordSessionStartLimitSource implements SessionStartLimitSource {
  /** Longer than any proper answer by far. */
  static final int MAX_BODY_BYTES = 64 * 1024;

  private final String token;
  private final String baseUrl;
  private final HttpRequest request;
  private final Duration connectTimeout;
  private final Duration requestTimeout;
  private final @Nullable HttpClient client;
  private final LongSupplier nanos;
  private final RequestPause pause = new RequestPause();

  private DiscordSessionStartLimitSource(Builder builder) {
    token = builder.token;
    baseUrl = builder.baseUrl;
    connectTimeout = Objects.requireNonNullElse(builder.connectTimeout, Duration.ofSeconds(10));
    requestTimeout = builder.requestTimeout;
    client = builder.client;
    nanos = builder.nanos;
    request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/gateway/bot"))
            .header("Authorization", "Bot " + token)
            .header("User-Agent", UserAgent.value())
            .header("Accept", "application/json")
            .build();
  }

  /**
   * Begins to build a source.
   *
   * @param token the bot's token as the developer portal shows it; with {@code "Bot "} in front, as
   *     some libraries want it, it is taken just as well
   * @return a builder with the defaults
   * @throws IllegalArgumentException if the token is blank, or holds a character that no token has,
   *     such as a line end left over from a file; the message does not repeat the token
   */
  public static Builder builder(String token) {
    return new Builder(token);
  }

  /**
   * Reads the limit from Discord, afresh. If the current thread is {@linkplain Thread#interrupt
   * interrupted} on entry or while it waits for the answer, then {@link InterruptedException} is
   * thrown and the interrupted status is cleared; a request that is under way is abandoned.
   *
   * @return the limit at the moment of the call
   * @throws SessionStartLimitUnavailableException if Discord asks to wait, or did before and that
   *     time is not over
   * @throws IOException if the limit could not be read this time; the message says why
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   * @throws GatewayQueueException if Discord answers 401, or did a short while ago
   */
  @Override
  public SessionStartLimit fetch() throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pause.check(nanos.getAsLong());
    if (client != null) {
      return fetch(client);
    }
    HttpClient own = newClient();
    try {
      return fetch(own);
    } finally {
      own.shutdownNow();
    }
  }

  /**
   * Returns a string with the base URL, and without the token.
   *
   * @return a string that identifies this source
   */
  @Override
  public String toString() {
    return "DiscordSessionStartLimitSource[" + baseUrl + "]";
  }

  /** HTTP/1.1, because for one request HTTP/2 gains nothing and its upgrade irritates proxies. */
  private HttpClient newClient() throws IOException {
    try {
      return HttpClient.newBuilder()
          .version(Version.HTTP_1_1)
          .connectTimeout(connectTimeout)
          .build();
    } catch (UncheckedIOException e) { // no file descriptor left, for instance
      throw failed(e);
    }
  }

  private SessionStartLimit fetch(HttpClient client) throws IOException, InterruptedException {
    long askedNanos = nanos.getAsLong();
    HttpResponse<byte[]> response = send(client);
    int status = response.statusCode();
    Duration asked =
        status == 429
            ? RateLimitWait.of(response.headers(), response.body())
            : RateLimitWait.ofHeader(response.headers());
    if (status == 401) {
      GatewayQueueException refusal = refused();
      pause.refused(refusal, nanos.getAsLong());
      throw refusal;
    }
    if (status == 429 || (status != 200 && asked != null)) {
      throw pause.limited(status, says("answered " + status), asked, nanos.getAsLong());
    }
    pause.answered(askedNanos);
    if (status != 200) {
      throw unexpected(status);
    }
    return limit(response.body());
  }

  /**
   * Sends the request and waits for the whole answer. The client's own timeout is not used: up to
   * JDK 25 it ends with the headers, and a body may hang just as well.
   */
  private HttpResponse<byte[]> send(HttpClient client) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, DiscordSessionStartLimitSource::subscriber);
    try {
      return answer.get(requestTimeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failed(requireNonNull(e.getCause()));
    } catch (TimeoutException e) {
      throw new IOException(
          says("gave no complete answer within " + DurationText.exact(requestTimeout)));
    } finally {
      answer.cancel(true); // hangs up if there is no answer yet
    }
  }

  /** Takes one byte more than is allowed of a body that matters, and nothing of any other. */
  private static BodySubscriber<byte[]> subscriber(ResponseInfo info) {
    boolean matters = info.statusCode() == 200 || info.statusCode() == 429;
    return new LimitedBody(matters ? MAX_BODY_BYTES + 1 : 0);
  }

  private SessionStartLimit limit(byte[] body) throws IOException {
    if (body.length > MAX_BODY_BYTES) {
      throw new IOException(says("answered more than " + MAX_BODY_BYTES + " bytes"));
    }
    try {
      return GatewayBotBody.limit(body);
    } catch (IOException e) {
      throw new IOException(says("gave no session start limit: " + e.getMessage()), e);
    }
  }

  private GatewayQueueException refused() {
    return new GatewayQueueException(
        says(
            "answered 401: the token is not valid; check it, or reset it in Discord's developer"
                + " portal"));
  }

  private IOException unexpected(int status) {
    String advice =
        status / 100 == 3
            ? "; redirects are not followed, as the token must not go elsewhere: check the base URL"
            : status == 403
                ? "; the token is not what is refused: look at what stands before Discord"
                : "";
    return new IOException(says("answered " + status + ", expected 200" + advice));
  }

  /** A server may send the token back, and the JDK's exceptions quote what they cannot parse. */
  private IOException failed(Throwable cause) {
    if (trace(cause).contains(token)) {
      return new IOException(says("failed: " + cause.getClass().getName()));
    }
    return new IOException(says("failed: " + reason(cause)), cause);
  }

  /** The exception of a connect often has no message of its own. */
  private static String reason(Throwable cause) {
    Throwable inner = cause.getCause();
    return cause.getMessage() == null && inner != null ? cause + ", " + reason(inner) : "" + cause;
  }

  private static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }

  private String says(String what) {
    return "GET " + request.uri() + " " + what;
  }

  /**
   * Sets up a {@link DiscordSessionStartLimitSource}. Not safe for use by many threads; may be used
   * again after {@link #build()}.
   */
  public static final class Builder {
    private static final String PREFIX = "Bot ";

    private final String token;
    private String baseUrl = "https://discord.com/api/v10";
    private @Nullable Duration connectTimeout;
    private Duration requestTimeout = Duration.ofSeconds(30);
    private @Nullable HttpClient client;
    private LongSupplier nanos = System::nanoTime;

    private Builder(String token) {
      requireNonNull(token, "token is null, expected a bot's token: is its variable set?");
      this.token = token.startsWith(PREFIX) ? token.substring(PREFIX.length()) : token;
      if (this.token.isBlank()) {
        throw new IllegalArgumentException("token is blank, expected a bot's token");
      }
      Require.visibleAscii(token, token.length() - this.token.length());
    }

    /**
     * Sets where Discord's REST API is, up to and including its version: {@code
     * https://discord.com/api/v10} by default. A slash at its end makes no difference.
     *
     * @param baseUrl the base of the URL, {@code http} or {@code https}
     * @return this builder
     * @throws IllegalArgumentException if it is not an absolute URL of these schemes with a host,
     *     or has user info, a query or a fragment
     */
    public Builder baseUrl(URI baseUrl) {
      this.baseUrl = HttpUrl.checked("base URL", requireNonNull(baseUrl, "baseUrl"));
      return this;
    }

    /**
     * Sets how long a connection may take to come about, within the request timeout; 10 seconds by
     * default. It cannot be combined with a client of one's own, which has a timeout itself.
     *
     * @param timeout longer than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero, negative or too long to count in nanoseconds
     */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = Require.positive("connect timeout", requireNonNull(timeout, "timeout"));
      return this;
    }

    /**
     * Sets how long one request may take, from the connection to the last byte of the answer; 30
     * seconds by default.
     *
     * @param timeout longer than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero, negative or too long to count in nanoseconds
     */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = Require.positive("request timeout", requireNonNull(timeout, "timeout"));
      return this;
    }

    /**
     * Sets the client to use, for instance one with a proxy or a TLS context of its own. It stays
     * the caller's to close.
     *
     * @param client a client that follows no redirects, which is an {@code HttpClient}'s default
     * @return this builder
     * @throws IllegalArgumentException if the client follows redirects: the token would go along
     */
    public Builder httpClient(HttpClient client) {
      if (requireNonNull(client, "client").followRedirects() != Redirect.NEVER) {
        throw new IllegalArgumentException(
            "the HTTP client follows redirects ("
                + client.followRedirects()
                + "), expected NEVER, as the token must not go elsewhere");
      }
      this.client = client;
      return this;
    }

    /** For tests: the clock by which pauses are kept. */
    Builder nanos(LongSupplier nanos) {
      this.nanos = nanos;
      return this;
    }

    /**
     * Builds the source. Nothing is sent before its first {@link
     * DiscordSessionStartLimitSource#fetch}.
     *
     * @return a source
     * @throws IllegalStateException if both a client and a connect timeout were set
     */
    public DiscordSessionStartLimitSource build() {
      if (client != null && connectTimeout != null) {
        throw new IllegalStateException(
            "both an HTTP client and a connect timeout of "
                + DurationText.exact(connectTimeout)
                + " were set, expected one: set the timeout on the client");
      }
      return new DiscordSessionStartLimitSource(this);
    }
  }
}
