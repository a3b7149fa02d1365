package io.github.gatewayqueue.redis;

/**
 * The outcome of a ticket, as it is reported to the store.
 *
 * @param name what the store knows the ticket by
 * @param usedNanos when its start was used, if it was
 */
record TicketOutcome(String name, String shard, Kind kind, long usedNanos) {
  /** What became of the ticket. */
  enum Kind {
    /** IDENTIFY was sent, or may have been. */
    USED,
    /** It was given up, or its start will not be used. */
    UNUSED,
    /** The store names it, but it was used or given up before. */
    STRAY
  }
}
