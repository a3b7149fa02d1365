package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The store's reply to a {@link Step}.
 *
 * @param generation changes whenever the lines are begun anew
 * @param cold changes whenever the store does not know what it last released
 * @param concurrency how many buckets there are
 * @param rejoin whether the process must join with all its tickets again
 * @param uses each bucket followed by the moment of its last use, if the process must join again
 * @param usedMoments the moments of the starts that were reported as used, in their order; 0 for
 *     one whose hold was lost
 * @param arrivals the arrivals of the tickets that joined, by which the line is ordered; in the
 *     order of the step, 0 for one that must wait before it joins
 * @param answers the answers to the step's questions, in their order
 * @param held whether each start to confirm is held, in their order
 * @param limit the limit as it stands, or null
 * @param exhaustedNanos for how long the starts are used up, or 0
 * @param reading the number of the reading that is assigned to this process, or 0
 * @param budget more of the limit
 * @param pauses the pauses of the tickets that must wait before they join
 */
record StepReply(
    long generation,
    long cold,
    int concurrency,
    boolean rejoin,
    List<Long> uses,
    List<Long> usedMoments,
    List<Long> arrivals,
    List<Answer> answers,
    List<Boolean> held,
    @Nullable SessionStartLimit limit,
    long exhaustedNanos,
    long reading,
    Budget budget,
    List<Pause> pauses) {

  /**
   * A ticket whose shard starts again and again has to wait before it joins.
   *
   * @param join its place among those that joined, from 0
   * @param nanos for how long it waits
   * @param starts how many starts of the shard are remembered
   * @param isNews whether nobody was told of this step
   */
  record Pause(int join, long nanos, int starts, boolean isNews) {
    static Pause of(List<Long> parts) {
      return new Pause(
          Math.toIntExact(parts.get(0)),
          Micros.toNanos(parts.get(1)),
          Math.toIntExact(parts.get(2)),
          parts.get(3) == 1);
    }
  }

  /**
   * How the budget stands.
   *
   * @param usable how many starts may be used
   * @param uncertain how many more it may be, as the last reading may have counted them
   * @param age of the last reading, in microseconds; or -1 if it is not good
   * @param closedNanos for how long Discord asks to be left alone
   * @param usedElsewhere how many starts were used that no process of the queue has used
   */
  record Budget(long usable, long uncertain, long age, long closedNanos, long usedElsewhere) {
    static Budget of(List<Long> parts) {
      return new Budget(
          parts.get(0), parts.get(1), parts.get(2), Micros.toNanos(parts.get(3)), parts.get(4));
    }
  }

  /** What becomes of a ticket. */
  enum Kind {
    /** The bucket holds a start for it. */
    RELEASED,
    /** First in line, and due after so long. */
    WAIT,
    /** Behind others; the first one's process, or the holder's, has a lease for so long. */
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

  /**
   * An answer.
   *
   * @param detail the time in microseconds, or the number of the reading
   * @param lastUse the moment of the bucket's last use, or 0
   * @param ownMember the ticket and the shard that it is behind, if they are of the same process
   */
  record Answer(Kind kind, long detail, long lastUse, String ownMember) {
    private static final List<Kind> KINDS = List.of(Kind.values());

    static Answer of(List<?> reply) {
      return new Answer(
          KINDS.get(Math.toIntExact((Long) reply.get(0))),
          (Long) reply.get(1),
          (Long) reply.get(2),
          (String) reply.get(3));
    }

    /** Returns the time in nanoseconds. */
    long nanos() {
      return Micros.toNanos(detail);
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
    if ((Long) parts.get(14) != sequence) {
      throw new JedisDataException("the store's answer is to another question");
    }
    int concurrency = Math.toIntExact((Long) parts.get(2));
    return new StepReply(
        (Long) parts.get(0),
        (Long) parts.get(1),
        concurrency,
        (Long) parts.get(3) == 1,
        Replies.longs(parts.get(4)),
        Replies.longs(parts.get(5)),
        ((List<?>) parts.get(6)).stream().map(String.class::cast).map(Long::valueOf).toList(),
        ((List<?>) parts.get(7)).stream().map(answer -> Answer.of((List<?>) answer)).toList(),
        Replies.longs(parts.get(8)).stream().map(held -> held == 1).toList(),
        Replies.limit(Replies.longs(parts.get(9)), concurrency),
        Micros.toNanos((Long) parts.get(10)),
        (Long) parts.get(11),
        Budget.of(Replies.longs(parts.get(12))),
        ((List<?>) parts.get(13)).stream().map(pause -> Pause.of(Replies.longs(pause))).toList());
  }
}
