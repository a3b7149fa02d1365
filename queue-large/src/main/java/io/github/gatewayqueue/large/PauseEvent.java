package io.github.gatewayqueue.large;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What a flight recording tells of a shard that the brake held back. Lasts as long as the pause.
 */
@Name("io.github.gatewayqueue.Pause")
@Label("Session Start Pause")
@Description("A shard that starts again and again waited before it joined the line")
@Category("Gateway Queue")
@StackTrace(false)
final class PauseEvent extends Event {
  @Label("Shard Id")
  long shardId;

  @Label("Total Shards")
  long totalShards;

  @Label("Starts")
  @Description("How many starts of the shard are remembered")
  int starts;
}
