package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Faults that a test injects. Each can be switched on and off at any time, by any thread. It
 * applies to what arrives from then on, not to what is on its way.
 *
 * @see FakeDiscord#faults()
 */
public final class Faults {
  private final Scoreboard scoreboard;

  // All below are guarded by this.
  private @Nullable RestFault restFault;
  private int restTimes;
  private Duration socketDelay = Duration.ZERO;
  private int socketTimes;
  private @Nullable Duration helloDelay = Duration.ZERO;
  private Duration longestHelloDelay = Duration.ZERO;
  private @Nullable Duration readyDelay = Duration.ZERO;
  private SessionEnd sessionEnd = new SessionEnd(Duration.ZERO, 1000);
  private int sessionTimes;

  private final Random random = new Random(19);

  /** How a session ends: how long after its READY, and with what close code. */
  record SessionEnd(Duration afterReady, int code) {}

  Faults(Scoreboard scoreboard) {
    this.scoreboard = scoreboard;
  }

  /**
   * Makes every REST request fail until {@link #heal()} or another fault. It goes before the check
   * of the token.
   *
   * @param fault what happens to them
   */
  public void failRest(RestFault fault) {
    failRest(fault, Integer.MAX_VALUE);
  }

  /**
   * Makes the next REST requests fail; those after them are answered as ever.
   *
   * @param fault what happens to them
   * @param times how many, at least 1
   * @throws IllegalArgumentException if {@code times < 1}
   */
  public synchronized void failRest(RestFault fault, int times) {
    Objects.requireNonNull(fault, "fault");
    restTimes = Require.atLeast("times", times, 1);
    restFault = fault;
  }

  /**
   * Opens the next sockets late that are asked for: their clients wait for the answer to their
   * handshake. Those after them are opened at once.
   *
   * @param delay how late, in whole milliseconds, at most 36,500 days
   * @param times how many, at least 0
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public synchronized void delaySockets(Duration delay, int times) {
    Require.atLeast("times", times, 0);
    socketDelay = Require.notNegative("delay", delay);
    socketTimes = times;
  }

  /**
   * Makes HELLO late on the sockets that are opened from now on. What a client sends before is read
   * and judged when HELLO is sent, if the client is still there.
   *
   * @param delay how late, in whole milliseconds, at most 36,500 days; zero is at once
   * @throws IllegalArgumentException if it is out of its range
   */
  public void delayHello(Duration delay) {
    Require.notNegative("delay", delay);
    delayHello(delay, delay);
  }

  /**
   * Makes HELLO late like {@link #delayHello(Duration)}, on each socket by a random time of its
   * own.
   *
   * @param shortest how late at least, in whole milliseconds
   * @param longest how late at most, in whole milliseconds, at most 36,500 days
   * @throws IllegalArgumentException if one of them is out of its range, or {@code longest} is less
   *     than {@code shortest}
   */
  public synchronized void delayHello(Duration shortest, Duration longest) {
    Require.notNegative("shortest", shortest);
    Require.notNegative("longest", longest);
    if (longest.compareTo(shortest) < 0) {
      throw new IllegalArgumentException(
          "longest is %s, expected at least the shortest, %s"
              .formatted(Require.text(longest), Require.text(shortest)));
    }
    helloDelay = shortest;
    longestHelloDelay = longest;
  }

  /**
   * Sends no HELLO at all on the sockets that are opened from now on. What their clients send is
   * read as if HELLO had been sent, and got lost.
   */
  public synchronized void withholdHello() {
    helloDelay = null;
  }

  /**
   * Makes READY late for the IDENTIFYs that arrive from now on. The session counts as started.
   *
   * @param delay how late, in whole milliseconds, at most 36,500 days; zero is at once
   * @throws IllegalArgumentException if it is out of its range
   */
  public synchronized void delayReady(Duration delay) {
    readyDelay = Require.notNegative("delay", delay);
  }

  /**
   * Sends no READY at all for the IDENTIFYs that arrive from now on, though their session counts.
   */
  public synchronized void withholdReady() {
    readyDelay = null;
  }

  /**
   * Ends the next sessions that are started a while after their READY: the socket is closed, and a
   * RESUME of the session gets op 9 (Invalid Session). Of a session without READY nothing comes.
   *
   * @param afterReady how long after READY was sent, in whole milliseconds, at most 36,500 days;
   *     zero is right behind it
   * @param code the close code: 1000, 1001, or from 3000 to 4999
   * @param times how many sessions, at least 0
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public synchronized void endSessions(Duration afterReady, int code, int times) {
    Require.atLeast("times", times, 0);
    sessionEnd =
        new SessionEnd(Require.notNegative("afterReady", afterReady), Require.closeCode(code));
    sessionTimes = times;
  }

  /**
   * Answers the next IDENTIFYs that would be accepted with op 9 (Invalid Session), as Discord does
   * upon an error of its own. They are charged to the budget, but start no interval. One that is
   * too early, or over budget, is judged as ever and not counted here.
   *
   * @param times how many, at least 0
   * @throws IllegalArgumentException if {@code times < 0}
   */
  public void invalidateIdentifies(int times) {
    scoreboard.invalidateIdentifies(Require.atLeast("times", times, 0));
  }

  /** Ends every fault in this class. */
  public void heal() {
    synchronized (this) {
      restFault = null;
      socketTimes = 0;
      helloDelay = Duration.ZERO;
      longestHelloDelay = Duration.ZERO;
      readyDelay = Duration.ZERO;
      sessionTimes = 0;
    }
    scoreboard.invalidateIdentifies(0);
  }

  /** Ends the REST fault alone. */
  synchronized void healRest() {
    restFault = null;
  }

  /** The fault that strikes this request, or null; a counted one is used up by it. */
  synchronized @Nullable RestFault nextRestFault() {
    RestFault fault = restFault;
    if (fault != null && restTimes != Integer.MAX_VALUE && --restTimes == 0) {
      restFault = null;
    }
    return fault;
  }

  /** How late this socket is opened; a delay is used up by it. */
  synchronized Duration nextSocketDelay() {
    if (socketTimes == 0) {
      return Duration.ZERO;
    }
    socketTimes--;
    return socketDelay;
  }

  /** How the session that starts now ends, or null for no end on purpose; it is used up by it. */
  synchronized @Nullable SessionEnd nextSessionEnd() {
    if (sessionTimes == 0) {
      return null;
    }
    sessionTimes--;
    return sessionEnd;
  }

  /** How late HELLO is, or null for never. */
  synchronized @Nullable Duration helloDelay() {
    Duration shortest = helloDelay;
    if (shortest == null) {
      return null;
    }
    long moreMillis = longestHelloDelay.minus(shortest).toMillis();
    return shortest.plusMillis(random.nextLong(moreMillis + 1));
  }

  /** How late READY is, or null for never. */
  synchronized @Nullable Duration readyDelay() {
    return readyDelay;
  }
}
