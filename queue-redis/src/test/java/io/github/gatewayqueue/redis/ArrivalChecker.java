package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows which arrival each ticket has, in all stores of a run: one that its process knows may not
 * change, whatever a store has lost, because the order of arrival is the order of the line. It ends
 * when the process gives the ticket's start back.
 */
final class ArrivalChecker {
  /** By ticket, as it was in line last. */
  private final Map<String, String> given = new HashMap<>();

  /** By ticket, as its process knows it. */
  private final Map<String, String> known = new HashMap<>();

  private final Map<String, Long> sequences = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  /** A process takes a step; one that comes after a later one tells nothing. */
  void step(ToldStep step) {
    if (sequences.merge(step.process(), step.sequence(), Math::max) > step.sequence()) {
      return;
    }
    for (ToldStep.Word word : step.unused()) {
      given.remove(word.ticket());
      known.remove(word.ticket());
    }
    Set<String> joining = new HashSet<>();
    for (ToldStep.Join join : step.joins()) {
      joining.add(join.ticket());
      if (!join.arrival().equals("0")) {
        check(join.ticket(), join.arrival());
        known.putIfAbsent(join.ticket(), join.arrival());
      }
    }
    given.forEach((ticket, arrival) -> {
      // It does not ask for a place any more: the answer with its arrival has come.
      if (ticket.startsWith(step.process() + ".") && !joining.contains(ticket)) {
        known.putIfAbsent(ticket, arrival);
      }
    });
  }

  /** A ticket is put in line. */
  void place(String ticket, String arrival) {
    check(ticket, arrival);
    given.put(ticket, arrival);
  }

  private void check(String ticket, String arrival) {
    String before = known.getOrDefault(ticket, arrival);
    if (!before.equals(arrival)) {
      violations.add("place lost: " + ticket + " arrived " + before + ", is in line as " + arrival);
    }
  }

  List<String> violations() {
    return violations;
  }
}
