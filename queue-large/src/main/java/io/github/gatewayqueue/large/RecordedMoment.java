package io.github.gatewayqueue.large;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.temporal.ChronoUnit.MILLIS;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;

/**
 * A moment of the start record, whose age another process can tell. Within one boot of the system
 * the age is told by its uptime, which nobody sets; otherwise by the wall clock. ({@link
 * System#nanoTime} means nothing to another process.)
 *
 * @param wall by the wall clock
 * @param boot the first eight digits of the id of the system's boot, {@code -} if there is none
 * @param uptimeMillis since that boot, time asleep included; -1 if it is not known
 */
record RecordedMoment(Instant wall, String boot, long uptimeMillis) {
  private static final String BOOT = readBoot();

  /** Linux tells the uptime in hundredths of a second. */
  private static final Duration TICK = Duration.ofMillis(10);

  static RecordedMoment now() {
    return new RecordedMoment(
        Instant.now().truncatedTo(MILLIS), BOOT, BOOT.equals("-") ? -1 : readUptime());
  }

  /** Returns how old this is, at least: a moment in the future, which clocks can make, is now. */
  Duration age(RecordedMoment now) {
    // An uptime that went down is that of a container, which can have another start in this boot.
    boolean sameBoot =
        uptimeMillis >= 0 && uptimeMillis <= now.uptimeMillis && boot.equals(now.boot);
    Duration age =
        sameBoot
            ? Duration.ofMillis(now.uptimeMillis - uptimeMillis)
            : Duration.between(wall, now.wall);
    return age.compareTo(TICK) > 0 ? age.minus(TICK) : Duration.ZERO;
  }

  private static String readBoot() {
    try {
      String id = read("/proc/sys/kernel/random/boot_id");
      return id.matches("(?s)[0-9a-f]{8}-.*") ? id.substring(0, 8) : "-";
    } catch (IOException e) { // not on Linux
      return "-";
    }
  }

  private static long readUptime() {
    try {
      String uptime = read("/proc/uptime"); // such as "2251.65 3935.99"
      return (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
    } catch (IOException | RuntimeException e) { // too many open files, for instance
      return -1;
    }
  }

  private static String read(String file) throws IOException {
    try (InputStream in = new FileInputStream(file)) { // a channel would heed an interrupt
      return new String(in.readAllBytes(), US_ASCII);
    }
  }
}
