package io.github.gatewayqueue.jda;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The threads of controllers that live now: only a dump of the JVM tells of virtual ones. */
final class LeftThreads {
  private static final Pattern NAME = Pattern.compile("\"(gateway-queue-jda[^\"]*)\"");

  private LeftThreads() {}

  static List<String> names() throws IOException {
    Path folder = Files.createTempDirectory("threads");
    Path dump = folder.resolve("dump.json");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toAbsolutePath().toString(), ThreadDumpFormat.JSON);
      return NAME.matcher(Files.readString(dump)).results().map(match -> match.group(1)).toList();
    } finally {
      Files.deleteIfExists(dump);
      Files.delete(folder);
    }
  }
}
