package io.github.gatewayqueue.jda;

import static net.dv8tion.jda.api.utils.SessionController.IDENTIFY_DELAY;

import java.time.Duration;

/**
 * How long the controller waits for what.
 *
 * @param spacing from an IDENTIFY until the next shard of its bucket may ask the queue
 * @param patience for the IDENTIFY of a shard that was released, until the next one goes
 * @param shortestPause of a bucket after a failure; each further one in a row doubles it
 * @param longestPause of a bucket after many failures
 * @param look between two looks at the status of a JDA that others wait for
 * @param fresh how long a shard may wait with its release, rather than ask again
 */
record Timing(
    Duration spacing,
    Duration patience,
    Duration shortestPause,
    Duration longestPause,
    Duration look,
    Duration fresh) {

  static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(IDENTIFY_DELAY + 1), // one for the jitter between here and Discord
          Duration.ofSeconds(30),
          Duration.ofSeconds(IDENTIFY_DELAY),
          Duration.ofMinutes(5),
          Duration.ofMillis(100),
          Duration.ofSeconds(1));
}
