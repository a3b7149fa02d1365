package io.github.gatewayqueue.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where runs take place one after the other: the processes that a run has left alive serve the
 * next.
 */
final class FaultLane implements AutoCloseable {
  static final int BOTS = 3;

  /** For a server whose clock can be set: by a key, as its own is the machine's. */
  private static final String TIME = "tonumber(time[1]) * SECOND + tonumber(time[2])";

  private static final String SETTABLE_TIME =
      TIME + " + tonumber(redis.call('GET', 'clock') or '0')";

  private final Path directory;
  private final Path files;
  private final List<Bot> idle = new ArrayList<>();

  /**
   * Creates a lane.
   *
   * @param directory for its files
   * @param script the script that its processes have
   */
  FaultLane(Path directory, String script) throws IOException {
    if (!script.contains(TIME)) {
      throw new IllegalArgumentException("the script does not read the time as it did");
    }
    this.directory = directory;
    files = Bot.files(directory.resolve("files"), script.replace(TIME, SETTABLE_TIME));
  }

  Path directory() {
    return directory;
  }

  /** Returns a process that has nothing to do. */
  Bot takeBot() throws IOException {
    synchronized (idle) {
      if (!idle.isEmpty()) {
        return idle.removeLast();
      }
    }
    return new Bot(files);
  }

  void giveBack(Bot bot) {
    synchronized (idle) {
      idle.add(bot);
    }
  }

  @Override
  public void close() {
    synchronized (idle) {
      idle.forEach(Bot::close);
    }
  }
}
