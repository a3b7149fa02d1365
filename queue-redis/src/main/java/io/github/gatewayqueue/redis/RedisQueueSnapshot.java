package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.QueueSnapshot;
import java.util.List;

/**
 * The state of a bot's queue over all processes, and where the requests of this process stand.
 * Immutable.
 *
 * @param queue the state of the queue. A request of a process that has crashed counts as waiting
 *     until it is passed over; a bucket that holds a start has no next release
 * @param places the places of the requests of this process, in the order of their bucket's line
 */
public record RedisQueueSnapshot(QueueSnapshot queue, List<Place> places) {

  /** Creates a snapshot, of a copy of the list. */
  public RedisQueueSnapshot {
    places = List.copyOf(places);
  }

  /**
   * The place of a request of this process.
   *
   * @param thread the thread that asks
   * @param bucket the index of the bucket
   * @param position the place in the bucket's line, from 1, counting all processes
   */
  public record Place(Thread thread, int bucket, int position) {}
}
