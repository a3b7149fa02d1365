package io.github.gatewayqueue.local.engine;

import java.util.ArrayList;
import java.util.List;

/** What a {@link Hold} has to do, in the plainest words: all that was said of it, and when. */
final class HoldModel {
  enum Word {
    IDENTIFIED,
    ANSWERED,
    CANCEL,
    CLOSE
  }

  private record Said(Word word, long nanos) {}

  private final long releaseNanos;
  private final long holdNanos;
  private final long intervalNanos;
  private final List<Said> said = new ArrayList<>();

  HoldModel(long releaseNanos, long holdNanos, long intervalNanos) {
    this.releaseNanos = releaseNanos;
    this.holdNanos = holdNanos;
    this.intervalNanos = intervalNanos;
  }

  void say(Word word, long nowNanos) {
    said.add(new Said(word, nowNanos));
  }

  private boolean isLate(long nanos) {
    return nanos - (releaseNanos + holdNanos) >= 0;
  }

  boolean isExpired(long nowNanos) {
    return isLate(said.isEmpty() ? nowNanos : said.getFirst().nanos);
  }

  boolean isHeld(long nowNanos) {
    return said.isEmpty() && !isLate(nowNanos);
  }

  boolean isGivenBack() {
    return !said.isEmpty() && said.getFirst().word == Word.CANCEL && !isLate(said.getFirst().nanos);
  }

  /** When the next one is due, as the table of the contract has it. */
  long dueNanos() {
    long timeoutNanos = releaseNanos + holdNanos;
    if (said.isEmpty()) {
      return timeoutNanos + intervalNanos;
    }
    Said first = said.getFirst();
    return switch (first.word) {
      case CANCEL -> isGivenBack() ? releaseNanos : timeoutNanos + intervalNanos;
      case CLOSE -> first.nanos + intervalNanos;
      case ANSWERED ->
          isLate(first.nanos)
              ? Math.max(timeoutNanos + intervalNanos, afterAnswer(first))
              : afterAnswer(first);
      case IDENTIFIED -> {
        long dueNanos = first.nanos + intervalNanos;
        for (Said next : said.subList(1, said.size())) {
          if (next.word == Word.CLOSE) {
            break;
          }
          if (next.word == Word.ANSWERED) {
            dueNanos = Math.min(dueNanos, afterAnswer(next));
            break;
          }
        }
        yield dueNanos;
      }
    };
  }

  private long afterAnswer(Said answer) {
    return answer.nanos + intervalNanos - intervalNanos / 6;
  }
}
