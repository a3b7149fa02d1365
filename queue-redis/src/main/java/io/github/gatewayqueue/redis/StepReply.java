package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What the store answers to a {@link Step}.
 *
 * @param generation another one whenever the buckets are
 * @param cold another one whenever the store does not know when it last released somebody
 * @param concurrency how many buckets there are
 * @param numbers each bucket followed by the number of its last release, if the generation is new
 * @param arrivals those of the tickets that joined, in their order
 * @param answers to what was asked, in that order
 * @param limit as it stands, or null
 * @param reading the number of the reading that this process is to do as it wants to know the
 *     limit, or 0
 */
record StepReply(
    long generation,
    long cold,
    int concurrency,
    List<Long> numbers,
    List<String> arrivals,
    List<Answer> answers,
    @Nullable SessionStartLimit limit,
    long reading) {

  /** What becomes of a ticket. */
  enum Kind {
    /** Released, so long ago, as that number, at that moment. */
    RELEASED,
    /** First in line, and due after so long. */
    WAIT,
    /** Behind others; the first one's process has a lease for so long. */
    BEHIND,
    /** Not in line. */
    UNKNOWN,
    /** First and due, but the session starts are used up for so long. */
    EXHAUSTED,
    /** First and due, but the limit is not known; worth asking again after so long. */
    NO_LIMIT,
    /** This process is to read the limit; with the number of the reading. */
    READ
  }

  /** An answer, and the numbers that belong to it. */
  record Answer(Kind kind, List<Long> numbers) {
    private static final List<Kind> KINDS = List.of(Kind.values());

    static Answer of(List<Long> reply) {
      return new Answer(KINDS.get(reply.getFirst().intValue()), reply.subList(1, reply.size()));
    }

    /** Returns the age, the wait or the lease in nanoseconds. */
    long nanos() {
      return Micros.toNanos(numbers.getFirst());
    }

    /** Returns the number of the first in line if it is this process's own, too; or 0. */
    long ownTicket() {
      return numbers.size() > 1 ? numbers.get(1) : 0;
    }

    /** Returns the number of the reading that is asked for. */
    long reading() {
      return numbers.getFirst();
    }

    /** Returns the number of the release in its bucket, or 0 if that is not known any more. */
    long number() {
      return numbers.get(1);
    }

    /** Returns the moment of the release by the store's clock. */
    long moment() {
      return numbers.get(2);
    }
  }

  /**
   * Takes a reply apart.
   *
   * @param sequence the number of the step that was taken
   * @throws JedisDataException if it is none of the script's, or the answer to another step: what a
   *     connection that has got out of step hands out
   */
  static StepReply of(Object reply, long sequence) {
    return Replies.parse(() -> parse((List<?>) reply, sequence));
  }

  private static StepReply parse(List<?> parts, long sequence) {
    if ((Long) parts.get(8) != sequence) {
      throw new JedisDataException("the store's answer is to another question");
    }
    int concurrency = Math.toIntExact((Long) parts.get(2));
    List<Answer> answers = new ArrayList<>();
    for (Object answer : (List<?>) parts.get(5)) {
      answers.add(Answer.of(Replies.longs(answer)));
    }
    return new StepReply(
        (Long) parts.get(0),
        (Long) parts.get(1),
        concurrency,
        Replies.longs(parts.get(3)),
        ((List<?>) parts.get(4)).stream().map(String.class::cast).toList(),
        answers,
        Replies.limit(Replies.longs(parts.get(6)), concurrency),
        (Long) parts.get(7));
  }
}
