package io.github.gatewayqueue;

import java.io.Serial;

/**
 * Thrown by a request that can never be released, for instance because Discord refuses the bot's
 * token, or because its queue was closed while it waited. A fault that may pass, such as an outage,
 * does not throw: the request continues to wait.
 *
 * <p>Its constructors take null as those of {@link RuntimeException} do.
 */
public class GatewayQueueException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message why the request can never be released; without secrets
   */
  public GatewayQueueException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message why the request can never be released; without secrets
   * @param cause what brought it about
   */
  public GatewayQueueException(String message, Throwable cause) {
    super(message, cause);
  }
}
