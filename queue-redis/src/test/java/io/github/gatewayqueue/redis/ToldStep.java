package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A step as a server got it: what {@link Store} and {@link Step#arguments} have put together.
 *
 * @param nanos when it came, before its script read the time
 * @param startDelay in microseconds, as are the other times
 */
record ToldStep(
    long nanos,
    String process,
    long sequence,
    long interval,
    long startDelay,
    long lease,
    int reserve,
    List<Word> used,
    List<Word> unused,
    List<Word> stray,
    List<Join> joins,
    boolean reads,
    List<String> asks,
    boolean closes) {

  /**
   * What became of a ticket.
   *
   * @param age how long ago its start was used, if it was
   */
  record Word(String ticket, String shard, long age) {
    String member() {
      return ticket + ":" + shard;
    }
  }

  /** A ticket that wants its place. */
  record Join(String ticket, String shard, String arrival) {
    String member() {
      return ticket + ":" + shard;
    }
  }

  /** Takes the words of an EVAL or EVALSHA apart. */
  static ToldStep of(long nanos, List<String> command) {
    int keys = Integer.parseInt(command.get(2));
    Iterator<String> words = command.subList(3 + keys, command.size()).iterator();
    words.next(); // the channel
    String process = words.next();
    long sequence = number(words);
    words.next(); // the step that it has the answer to
    long interval = number(words);
    long startDelay = number(words);
    long lease = number(words);
    words.next(); // settling
    words.next(); // the age of a reading
    int reserve = (int) number(words);
    words.next(); // the brake
    words.next(); // the source
    List<Word> used = words(words, true);
    List<Word> unused = words(words, false);
    List<Word> stray = words(words, false);
    List<Join> joins = new ArrayList<>();
    for (long i = number(words); i > 0; i--) {
      joins.add(new Join(words.next(), words.next(), words.next()));
    }
    boolean reads = number(words) > 0;
    for (int i = 0; reads && i < 4; i++) {
      words.next(); // the limit
    }
    words.next(); // how long Discord must not be asked
    List<String> asks = words(words, false).stream().map(Word::member).toList();
    words(words, false); // those to confirm
    words.next(); // whether to refresh the limit
    boolean closes = words.next().equals("1");
    return new ToldStep(
        nanos,
        process,
        sequence,
        interval,
        startDelay,
        lease,
        reserve,
        used,
        unused,
        stray,
        joins,
        reads,
        asks,
        closes);
  }

  private static List<Word> words(Iterator<String> words, boolean aged) {
    List<Word> all = new ArrayList<>();
    for (long i = number(words); i > 0; i--) {
      all.add(new Word(words.next(), words.next(), aged ? number(words) : 0));
    }
    return all;
  }

  private static long number(Iterator<String> words) {
    return Long.parseLong(words.next());
  }

  /** Returns whether it told something of a ticket, so that its hold or place may end. */
  boolean tellsOf(String ticket) {
    return tells(used, ticket) || tells(unused, ticket) || tells(stray, ticket);
  }

  static boolean tells(List<Word> words, String ticket) {
    return words.stream().anyMatch(word -> word.ticket.equals(ticket));
  }
}
