package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The score so far: the IDENTIFYs, Discord's verdicts and what is left of the budget. Immutable.
 * {@link #toString()} is a report of one screen.
 *
 * @param verdicts how many IDENTIFYs met each verdict; every verdict has an entry
 * @param smallestGaps for each bucket with more than one IDENTIFY, the shortest time between two in
 *     a row, by bucket
 * @param total session starts allowed per window
 * @param remaining session starts left
 * @param limitHit whether the last session start was used, which may be one too many
 * @param tokenReset whether the token was reset because a bot went over its budget, and no
 *     {@linkplain FakeDiscord#setToken new one} has been issued yet
 * @param resumes sessions that were resumed, which is free
 * @param limitRequests how often {@code GET /gateway/bot} was asked, with a valid token or not
 */
public record Score(
    Map<Verdict, Integer> verdicts,
    NavigableMap<Integer, Duration> smallestGaps,
    int total,
    int remaining,
    boolean limitHit,
    boolean tokenReset,
    int resumes,
    int limitRequests) {

  /** As many gaps as fit on a screen. */
  private static final int GAPS_SHOWN = 16;

  static Map<Verdict, Integer> verdictsOf(List<Identify> identifies) {
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    for (Verdict verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
    identifies.forEach(identify -> counts.merge(identify.verdict(), 1, Integer::sum));
    return counts;
  }

  static NavigableMap<Integer, Duration> smallestGapsOf(List<Identify> identifies) {
    NavigableMap<Integer, Duration> gaps = new TreeMap<>();
    for (Identify identify : identifies) {
      Duration gap = identify.gap();
      if (gap != null) {
        gaps.merge(identify.bucket(), gap, (a, b) -> a.compareTo(b) <= 0 ? a : b);
      }
    }
    return gaps;
  }

  /** Creates a score from copies of the maps. */
  public Score {
    verdicts = Map.copyOf(verdicts);
    smallestGaps = Collections.unmodifiableNavigableMap(new TreeMap<>(smallestGaps));
  }

  /**
   * Returns how many IDENTIFYs met a verdict.
   *
   * @param verdict the verdict
   * @return how many, at least 0
   */
  public int count(Verdict verdict) {
    return verdicts.getOrDefault(verdict, 0);
  }

  /**
   * Returns how many IDENTIFYs there were.
   *
   * @return how many, whatever the verdict
   */
  public int identifies() {
    return verdicts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Returns how many IDENTIFYs broke a rule: all but those accepted and those {@linkplain
   * Faults#invalidateIdentifies invalidated on purpose}.
   *
   * @return how many, 0 for a client that does everything right
   */
  public int violations() {
    return verdicts.entrySet().stream()
        .filter(entry -> entry.getKey().isViolation())
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /**
   * Returns whether no rule was broken and the last session start was not used.
   *
   * @return whether Discord has nothing to complain about
   */
  public boolean isClean() {
    return violations() == 0 && !limitHit;
  }

  /**
   * Returns a report of one screen.
   *
   * @return several lines, without a newline at the end
   */
  @Override
  public String toString() {
    var report = new StringBuilder();
    report.append(
        "%s identifies, %s accepted, %s invalid%n"
            .formatted(identifies(), count(Verdict.ACCEPTED), violations()));
    if (tokenReset) {
      report.append(
          "  TOKEN RESET: more sessions were started than the budget allows%n".formatted());
    } else if (limitHit) {
      report.append(
          "  LIMIT HIT: the last session start was used, Discord may reset the token%n"
              .formatted());
    }
    report.append("  %s%n".formatted(notAccepted()));
    report.append("  budget: %s of %s session starts left%n".formatted(remaining, total));
    report.append("  resumes: %s, limit asked for: %s times%n".formatted(resumes, limitRequests));
    report.append("  smallest gaps: %s".formatted(gaps()));
    return report.toString();
  }

  private String notAccepted() {
    return verdicts.keySet().stream()
        .filter(verdict -> verdict != Verdict.ACCEPTED)
        .sorted()
        .map(verdict -> verdict.words() + ": " + count(verdict))
        .collect(Collectors.joining(", "));
  }

  /** The buckets with the smallest gaps, in the order of the buckets. */
  private String gaps() {
    if (smallestGaps.isEmpty()) {
      return "no bucket has two identifies";
    }
    String shown =
        smallestGaps.entrySet().stream()
            .sorted(Map.Entry.comparingByValue())
            .limit(GAPS_SHOWN)
            .sorted(Comparator.comparing(Map.Entry::getKey))
            .map(entry -> "bucket " + entry.getKey() + " " + Identify.seconds(entry.getValue()))
            .collect(Collectors.joining(", "));
    int more = smallestGaps.size() - GAPS_SHOWN;
    return more > 0 ? shown + ", and %s buckets with larger ones".formatted(more) : shown;
  }
}
