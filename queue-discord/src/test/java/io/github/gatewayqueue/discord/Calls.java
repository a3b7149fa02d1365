package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Reads limits with a token, and sees that it stays secret. */
final class Calls {
  static final String TOKEN = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

  private Calls() {}

  /** With a request timeout that a busy machine does not reach. */
  static DiscordSessionStartLimitSource.Builder at(URI url) {
    return DiscordSessionStartLimitSource.builder(TOKEN)
        .baseUrl(url)
        .requestTimeout(Duration.ofMinutes(5));
  }

  /** Expects that a reading fails like this; returns the message. */
  static String failure(Class<? extends Exception> type, DiscordSessionStartLimitSource limits) {
    Exception thrown = assertThrows(type, limits::fetch);
    assertEquals(type, thrown.getClass());
    assertFalse(trace(thrown).contains(TOKEN), "the token is in the exception");
    return String.valueOf(thrown.getMessage());
  }

  /** Expects to be told how long not to ask again, and returns that. */
  static Duration unavailable(DiscordSessionStartLimitSource limits) {
    var thrown = assertThrows(SessionStartLimitUnavailableException.class, limits::fetch);
    assertFalse(trace(thrown).contains(TOKEN), "the token is in the exception");
    return thrown.retryAfter();
  }

  static String ioFailure(DiscordSessionStartLimitSource limits) {
    return failure(IOException.class, limits);
  }

  /** A throwable with its causes and all that was suppressed. */
  static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }

  /** A reading on a thread of its own, and whether it was interrupted, as it must. */
  static final class Background {
    private final FutureTask<Boolean> reading;
    private final Thread thread;

    Background(DiscordSessionStartLimitSource limits) {
      reading =
          new FutureTask<>(() -> {
            assertThrows(InterruptedException.class, limits::fetch);
            return Thread.currentThread().isInterrupted();
          });
      thread = Thread.ofVirtual().start(reading);
    }

    void interruptAndJoin() throws InterruptedException {
      thread.interrupt();
      try {
        assertFalse(reading.get(), "the interrupted status is still set");
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      }
    }
  }
}
