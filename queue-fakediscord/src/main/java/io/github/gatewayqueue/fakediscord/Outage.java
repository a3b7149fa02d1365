package io.github.gatewayqueue.fakediscord;

/** How clients see a Discord that is down. Open sockets are lost either way. */
public enum Outage {
  /** Nothing listens on the port: connections are refused, those to the admin pages too. */
  REFUSING,

  /**
   * Connections are taken, and closed without an answer as soon as a request has come in. The admin
   * pages go on working.
   */
  HANGING_UP
}
