package io.github.gatewayqueue.fakediscord;

/** How Discord judges one IDENTIFY. */
public enum Verdict {
  /** The session was started; the answer is READY. */
  ACCEPTED("accepted"),

  /**
   * The bucket's last accepted IDENTIFY was less than the identify interval ago; the answer is op 9
   * (Invalid Session). The attempt is charged to the budget.
   */
  TOO_EARLY("too early"),

  /**
   * No session start was left. All sessions are closed with 4004 and the token is refused from then
   * on. Nothing worse can happen to a bot.
   */
  OVER_BUDGET("over budget"),

  /** The token is wrong, or was reset; closed with 4004. Not charged to the budget. */
  BAD_TOKEN("bad token"),

  /** The shard is not one of its total; closed with 4010. The attempt is charged to the budget. */
  INVALID_SHARD("invalid shard"),

  /**
   * The client did nothing wrong, but was told to start over with op 9 {@linkplain
   * Faults#invalidateIdentifies on purpose}. The attempt is charged to the budget.
   */
  INVALIDATED("invalidated on purpose");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  /** Returns whether the client broke a rule. */
  boolean isViolation() {
    return this != ACCEPTED && this != INVALIDATED;
  }

  String words() {
    return words;
  }
}
