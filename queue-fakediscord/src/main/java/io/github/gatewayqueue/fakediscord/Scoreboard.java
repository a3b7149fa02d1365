package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.List;

/**
 * The one clock and the one lock around {@link SessionStarts}. The clock is read under the lock, so
 * the records are in the order of their times.
 */
final class Scoreboard {
  private final SessionStarts starts;
  private int resumes;
  private int limitRequests;

  Scoreboard(SessionStarts starts) {
    this.starts = starts;
  }

  synchronized Identify identify(String token, long shardId, long shardTotal) {
    return starts.identify(System.nanoTime(), token, shardId, shardTotal);
  }

  synchronized boolean isValid(String token) {
    return starts.isValid(token);
  }

  synchronized GatewayBotLimit limit() {
    return starts.limit(System.nanoTime());
  }

  synchronized void countLimitRequest() {
    limitRequests++;
  }

  synchronized void countResume() {
    resumes++;
  }

  synchronized void setToken(String token) {
    starts.token(token);
  }

  synchronized void setTotal(int total) {
    starts.total(System.nanoTime(), total);
  }

  synchronized void setRemaining(int remaining) {
    starts.remaining(System.nanoTime(), remaining);
  }

  synchronized void setResetAfter(Duration resetAfter) {
    starts.resetAfter(System.nanoTime(), resetAfter);
  }

  synchronized void setCountLag(Duration countLag) {
    starts.countLag(countLag);
  }

  synchronized boolean startElsewhere(int sessionStarts) {
    return starts.startElsewhere(System.nanoTime(), sessionStarts);
  }

  synchronized void setMaxConcurrency(int maxConcurrency) {
    starts.maxConcurrency(maxConcurrency);
  }

  synchronized void invalidateIdentifies(int times) {
    starts.invalidateIdentifies(times);
  }

  synchronized List<Identify> identifies() {
    return starts.identifies();
  }

  synchronized Score score() {
    List<Identify> identifies = starts.identifies();
    return new Score(
        Score.verdictsOf(identifies),
        Score.smallestGapsOf(identifies),
        starts.total(),
        starts.remaining(System.nanoTime()),
        starts.isLimitHit(),
        starts.isTokenReset(),
        resumes,
        limitRequests);
  }
}
