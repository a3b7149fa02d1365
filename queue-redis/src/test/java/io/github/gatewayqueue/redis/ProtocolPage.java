package io.github.gatewayqueue.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What docs/redis-protocol.md says. */
final class ProtocolPage {
  private static final Pattern COMMAND = Pattern.compile("`([A-Z|]+)`");

  private ProtocolPage() {}

  /** Returns the commands that a user needs, as an access control list names them. */
  static List<String> commands() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "redis-protocol.md"));
    String access = page.substring(page.indexOf("## Access"));
    return COMMAND
        .matcher(access)
        .results()
        .map((MatchResult command) -> command.group(1).toLowerCase(Locale.ROOT))
        .toList();
  }
}
