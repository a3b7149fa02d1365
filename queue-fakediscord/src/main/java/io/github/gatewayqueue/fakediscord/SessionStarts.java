package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules for starting sessions, and the record of all attempts. Plain state: every method gets
 * the time as an argument, times never go backwards, and callers hold the lock.
 */
final class SessionStarts {
  private final long startNanos;
  private final long intervalNanos;
  private final boolean strictLimit;
  private final DailyStarts budget;
  private final List<Identify> identifies = new ArrayList<>();

  /** The last accepted IDENTIFY of each bucket: what the next one is measured from. */
  private final Map<Integer, Long> acceptedNanos = new HashMap<>();

  /** The last IDENTIFY of each bucket, whatever became of it: what gaps are measured from. */
  private final Map<Integer, Long> identifiedNanos = new HashMap<>();

  private int maxConcurrency;
  private String token;
  private boolean tokenReset;
  private boolean limitHit;
  private int toInvalidate;

  SessionStarts(FakeDiscord.Builder settings, long nowNanos) {
    startNanos = nowNanos;
    token = settings.token;
    budget = new DailyStarts(settings.total, settings.remaining(), settings.window);
    budget.resetAfter(nowNanos, settings.resetAfter);
    budget.countLag(settings.countLag);
    maxConcurrency = settings.maxConcurrency;
    intervalNanos = settings.identifyInterval.toNanos();
    strictLimit = settings.strictLimit;
  }

  /** Judges one IDENTIFY and records it. */
  Identify identify(long nowNanos, String withToken, long shardId, long shardTotal) {
    budget.advance(nowNanos);
    boolean validShard = shardId >= 0 && shardId < shardTotal;
    int bucket = validShard ? bucket(shardId) : -1;
    boolean validToken = isValid(withToken);
    Duration gap = validToken ? gap(nowNanos, bucket) : null;
    Verdict verdict = validToken ? judge(nowNanos, bucket) : Verdict.BAD_TOKEN;
    Duration sinceStart = Duration.ofNanos(nowNanos - startNanos);
    var identify = new Identify(nowNanos, sinceStart, shardId, shardTotal, bucket, verdict, gap);
    identifies.add(identify);
    remember(identify);
    return identify;
  }

  /** The verdict on an IDENTIFY with a valid token; it is charged, whatever the verdict. */
  private Verdict judge(long nowNanos, int bucket) {
    if (!charge(nowNanos)) {
      return Verdict.OVER_BUDGET;
    }
    if (bucket < 0) {
      return Verdict.INVALID_SHARD;
    }
    Long last = acceptedNanos.get(bucket);
    if (last != null && nowNanos - last < intervalNanos) {
      return Verdict.TOO_EARLY;
    }
    if (toInvalidate > 0) {
      toInvalidate--;
      return Verdict.INVALIDATED;
    }
    return Verdict.ACCEPTED;
  }

  /** Returns false, with the token reset, if no session start is left. */
  private boolean charge(long nowNanos) {
    if (budget.remaining() <= (strictLimit ? 1 : 0)) {
      tokenReset = true;
      limitHit = true;
      return false;
    }
    budget.charge(nowNanos);
    limitHit |= budget.remaining() == 0;
    return true;
  }

  /**
   * Charges session starts of another program, which take no bucket's slot and are not recorded.
   * With a token that was reset there are none. Returns whether the token is reset now by them.
   */
  boolean startElsewhere(long nowNanos, int starts) {
    budget.advance(nowNanos);
    for (int i = 0; i < starts && !tokenReset; i++) {
      if (!charge(nowNanos)) {
        return true;
      }
    }
    return false;
  }

  private int bucket(long shardId) {
    return (int) (shardId % maxConcurrency);
  }

  private @Nullable Duration gap(long nowNanos, int bucket) {
    Long last = identifiedNanos.get(bucket);
    return last == null ? null : Duration.ofNanos(nowNanos - last);
  }

  private void remember(Identify identify) {
    if (identify.verdict() == Verdict.BAD_TOKEN || identify.bucket() < 0) {
      return;
    }
    int bucket = bucket(identify.shardId());
    identifiedNanos.put(bucket, identify.nanoTime());
    if (identify.verdict() == Verdict.ACCEPTED) {
      acceptedNanos.put(bucket, identify.nanoTime());
    }
  }

  boolean isValid(String candidate) {
    return !tokenReset && token.equals(candidate);
  }

  boolean isTokenReset() {
    return tokenReset;
  }

  /** What the owner of a bot does after a reset: ask for a new token. */
  void token(String newToken) {
    token = newToken;
    tokenReset = false;
  }

  void invalidateIdentifies(int times) {
    toInvalidate = times;
  }

  /** What REST tells, which may be behind. */
  GatewayBotLimit limit(long nowNanos) {
    budget.advance(nowNanos);
    return new GatewayBotLimit(
        budget.total(),
        budget.toldRemaining(nowNanos),
        budget.resetAfterMillis(nowNanos),
        maxConcurrency);
  }

  int total() {
    return budget.total();
  }

  /** What really remains. */
  int remaining(long nowNanos) {
    budget.advance(nowNanos);
    return budget.remaining();
  }

  void countLag(Duration countLag) {
    budget.countLag(countLag);
  }

  void total(long nowNanos, int total) {
    budget.advance(nowNanos);
    budget.total(total);
  }

  void remaining(long nowNanos, int remaining) {
    budget.advance(nowNanos);
    budget.remaining(remaining);
  }

  void resetAfter(long nowNanos, Duration resetAfter) {
    budget.advance(nowNanos);
    budget.resetAfter(nowNanos, resetAfter);
  }

  /**
   * The rule looks back: who shares a bucket from now on is held to what any of them did before.
   */
  void maxConcurrency(int newMaxConcurrency) {
    maxConcurrency = newMaxConcurrency;
    acceptedNanos.clear();
    identifiedNanos.clear();
    identifies.forEach(this::remember);
  }

  List<Identify> identifies() {
    return List.copyOf(identifies);
  }

  boolean isLimitHit() {
    return limitHit;
  }
}
