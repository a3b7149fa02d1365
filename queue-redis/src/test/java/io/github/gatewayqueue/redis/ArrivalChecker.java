package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows which arrival each ticket has, in all stores of a run: one that its process knows may not
 * change, whatever a store has lost, since the order of arrival is the order of the line.
 */
final class ArrivalChecker {
  /** Of one that goes next, as the store told its process that it was released before. */
  private static final String FRONT = "0000000000000001";

  /** By ticket, as it was in line last. */
  private final Map<String, String> given = new HashMap<>();

  /** By ticket, as its process knows it. */
  private final Map<String, String> known = new HashMap<>();

  private final Map<String, Long> sequences = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  /**
   * A process takes a step.
   *
   * @param process which one
   * @param sequence the number of the step; one that comes after a later one tells nothing
   * @param arguments those of the step, after the settings: see {@link Step#arguments}
   */
  void step(String process, long sequence, List<String> arguments) {
    if (sequences.merge(process, sequence, Math::max) > sequence) {
      return;
    }
    Iterator<String> words = arguments.iterator();
    words.next();
    skip(words, Integer.parseInt(words.next()));
    for (int i = Integer.parseInt(words.next()); i > 0; i--) {
      takePlace(words);
      words.next();
    }
    skip(words, Integer.parseInt(words.next()));
    Set<String> joining = new HashSet<>();
    for (int i = Integer.parseInt(words.next()); i > 0; i--) {
      joining.add(takePlace(words));
    }
    given.forEach((ticket, arrival) -> {
      // It does not ask for a place any more: the answer with its arrival has come.
      if (ticket.startsWith(process + ".") && !joining.contains(ticket)) {
        known.putIfAbsent(ticket, arrival);
      }
    });
  }

  private static void skip(Iterator<String> words, int count) {
    for (int i = 0; i < count; i++) {
      words.next();
    }
  }

  private String takePlace(Iterator<String> words) {
    String ticket = words.next();
    words.next();
    String arrival = words.next();
    if (!arrival.equals("0")) {
      check(ticket, arrival);
      known.putIfAbsent(ticket, arrival);
    }
    return ticket;
  }

  /** A ticket is put in line. */
  void place(String ticket, String arrival) {
    check(ticket, arrival);
    given.put(ticket, arrival);
  }

  private void check(String ticket, String arrival) {
    String before = known.getOrDefault(ticket, arrival);
    if (!before.equals(arrival) && !arrival.equals(FRONT)) {
      violations.add("place lost: " + ticket + " arrived " + before + ", is in line as " + arrival);
    }
  }

  List<String> violations() {
    return violations;
  }
}
