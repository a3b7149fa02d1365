package io.github.gatewayqueue.http;

import java.io.Serial;
import java.time.Duration;

/** The broker did not release the request this time: it must join the line again. */
final class TryAgainException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** How long the broker asks to be left alone, at least zero. */
  private final Duration retryAfter;

  TryAgainException(String reason) {
    this(reason, Duration.ZERO);
  }

  TryAgainException(String reason, Duration retryAfter) {
    super(reason, null, false, false); // it is an answer rather than a fault: no stack trace
    this.retryAfter = retryAfter;
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  Duration retryAfter() {
    return retryAfter;
  }
}
