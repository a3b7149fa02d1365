package io.github.gatewayqueue.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * The event of a flight recording for a shard that the brake delays. Lasts as long as the pause.
 */
@Name(PauseEvent.NAME)
@Label("Session Start Pause")
@Description("A shard that starts again and again waited before it joined the line")
@Category("Gateway Queue")
@StackTrace(false)
public final class PauseEvent extends Event {
  /** What a recording calls it. */
  public static final String NAME = "io.github.gatewayqueue.Pause";

  @Label("Shard Id")
  final long shardId;

  @Label("Total Shards")
  final long totalShards;

  @Label("Starts")
  @Description("How many starts of the shard are remembered")
  final int starts;

  private PauseEvent(long shardId, long totalShards, int starts) {
    this.shardId = shardId;
    this.totalShards = totalShards;
    this.starts = starts;
  }

  /**
   * Returns an event that has begun; to be {@linkplain #commit committed} when the pause is over.
   *
   * @param shardId the shard's id
   * @param totalShards how many shards the bot runs
   * @param starts how many starts of the shard are remembered
   * @return the event
   */
  public static PauseEvent begin(long shardId, long totalShards, int starts) {
    PauseEvent event = new PauseEvent(shardId, totalShards, starts);
    event.begin();
    return event;
  }
}
