package io.github.gatewayqueue.large;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other processes from a record, by a locked file beside it. (The record itself is replaced,
 * and so cannot be locked.) Within this process, the last queue that opened a record has it.
 *
 * <p>The locked file stays open until the process ends. On POSIX systems it must: closing any
 * channel of a file releases the locks that the process has on it.
 */
final class RecordLock {
  private static final Map<Path, RecordLock> LOCKS = new HashMap<>();

  private final FileChannel channel;
  private @Nullable FileLock lock;
  private @Nullable StartRecord owner;

  private RecordLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Reads a record, which needs to happen while nobody writes it. */
  interface Reading {
    void read() throws IOException;
  }

  /**
   * Gives a record its file until the process ends, or until another record takes it over. Before
   * that one has read the file successfully, nothing changes for the former owner.
   *
   * @throws IllegalArgumentException if another process has the file
   * @throws IOException if it cannot be locked or read
   */
  static void take(Path file, StartRecord taker, Reading reading) throws IOException {
    synchronized (LOCKS) {
      RecordLock lock = LOCKS.get(file);
      if (lock == null) {
        Path beside = Path.of(file + ".lock");
        lock =
            new RecordLock(
                FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        LOCKS.put(file, lock);
      }
      lock.lock(file);
      StartRecord former = lock.owner;
      if (former == null) {
        reading.read();
      } else {
        synchronized (former) { // so that it writes nothing between the reading and its end
          reading.read();
          former.close();
        }
      }
      lock.owner = taker;
    }
  }

  private void lock(Path file) throws IOException {
    if (lock == null) {
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        throw inUse(file, "another class loader of this process");
      }
    }
    if (lock == null) {
      throw inUse(file, "another process");
    }
  }

  private static IllegalArgumentException inUse(Path file, String by) {
    return new IllegalArgumentException("the start record " + file + " is in use by " + by);
  }
}
