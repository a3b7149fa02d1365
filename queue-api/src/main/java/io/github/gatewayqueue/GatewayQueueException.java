package io.github.gatewayqueue;

import java.io.Serial;

/**
 * Thrown to a request that can never be released, for instance since Discord refuses the bot's
 * token, or since its queue was closed while it waited. What may pass, such as an outage, is not
 * reported like this: the request goes on waiting.
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
