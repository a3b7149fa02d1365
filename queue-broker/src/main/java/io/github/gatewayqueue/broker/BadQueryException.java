package io.github.gatewayqueue.broker;

import java.io.Serial;

/** Thrown when the query of a request is none; the message is for the client. */
final class BadQueryException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  BadQueryException(String message) {
    super(message);
  }
}
