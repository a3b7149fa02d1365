package io.github.gatewayqueue.jda;

import net.dv8tion.jda.api.utils.SessionController.SessionConnectNode;

/** A node that was released and whose IDENTIFY has not been seen. Plain state of a {@link Line}. */
final class Start {
  final SessionConnectNode node;

  /** When it was released, or last seen to wait for an attempt of its own. */
  long sinceNanos;

  /** Whether it is late by so much that its bucket goes on without it. */
  boolean overdue;

  /** Whether it is not to be tried again if it fails. */
  boolean removed;

  Start(SessionConnectNode node, long nowNanos) {
    this.node = node;
    this.sinceNanos = nowNanos;
  }
}
