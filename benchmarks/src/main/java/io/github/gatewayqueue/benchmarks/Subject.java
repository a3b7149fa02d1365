package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What is measured: ours, the JDK's own means, and what a user would pick instead. */
enum Subject {
  LOCAL("LocalQueue", Ours::local),
  LARGE("LargeBotQueue", Ours::large),
  BARE("bare park", Jdk::bare),
  SEMAPHORE("Semaphore(1, true)", Jdk::semaphore),
  FAIR_LOCK("fair lock held asleep", Jdk::fairLock),
  JDA("JDA ConcurrentSessionController", Peers::jda),
  DISCORD4J("Discord4J RateLimitOperator", Peers::discord4j),
  KORD("Kord IdentifyRateLimiter", Peers::kord),
  JAVACORD("Javacord LocalRatelimiter", Peers::javacord),
  GUAVA("Guava RateLimiter", Peers::guava),
  BUCKET4J("Bucket4j", Peers::bucket4j),
  RESILIENCE4J("Resilience4j RateLimiter", Peers::resilience4j),
  FAILSAFE("Failsafe RateLimiter", Peers::failsafe),
  REDISSON("Redisson RRateLimiter", Peers::redisson),
  REDIS("RedisQueue", OverRedis::redisQueue),
  BUCKET4J_REDIS("Bucket4j on Redis", OverRedis::bucket4j);

  static final List<Subject> OURS = List.of(LOCAL, LARGE);

  /** Those that let one go per interval of one's choice. */
  static final List<Subject> PACED =
      List.of(
          LOCAL,
          LARGE,
          FAIR_LOCK,
          DISCORD4J,
          JAVACORD,
          GUAVA,
          BUCKET4J,
          RESILIENCE4J,
          FAILSAFE,
          REDISSON);

  /** Those whose interval is a constant of five seconds. */
  static final List<Subject> FIXED = List.of(JDA, KORD);

  /** Those that share their pacing among processes through a Redis. */
  static final List<Subject> SHARED = List.of(REDIS, REDISSON, BUCKET4J_REDIS);

  /** Those that let one go per interval, be it a constant. */
  static final List<Subject> ALL = Stream.concat(PACED.stream(), FIXED.stream()).toList();

  /** Those but ours. */
  static final List<Subject> OTHERS =
      ALL.stream().filter(subject -> !OURS.contains(subject)).toList();

  /** Ours, and the least that waiting costs at all. */
  static final List<Subject> CORE = List.of(BARE, LOCAL, LARGE);

  static final Duration FIXED_INTERVAL = Duration.ofSeconds(5);

  private static final Set<Subject> WITH_BUCKETS = EnumSet.of(LARGE, FAIR_LOCK, BARE, JDA, KORD);

  final String title;

  @SuppressWarnings("ImmutableEnumChecker") // a reference to a static method
  private final Factory factory;

  /** Makes a pacer of a subject. */
  @FunctionalInterface
  private interface Factory {
    Pacer open(int buckets, Duration interval);
  }

  Subject(String title, Factory factory) {
    this.title = title;
    this.factory = factory;
  }

  /**
   * Makes a new pacer.
   *
   * @param buckets one, unless the subject {@linkplain #hasBuckets has buckets}
   * @param interval the time between two starts of a bucket; those with a {@linkplain #FIXED
   *     constant} one ignore it
   */
  Pacer open(int buckets, Duration interval) {
    if (buckets > 1 && !hasBuckets()) {
      throw new IllegalArgumentException(title + " has no buckets");
    }
    return factory.open(buckets, interval);
  }

  boolean hasBuckets() {
    return WITH_BUCKETS.contains(this);
  }

  boolean isOurs() {
    return OURS.contains(this);
  }

  /** Returns the interval that it really keeps if it is asked to keep this one. */
  Duration intervalFor(Duration wanted) {
    return FIXED.contains(this) ? FIXED_INTERVAL : wanted;
  }
}
