package io.github.gatewayqueue.large;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sees that one queue at a time uses a record: by a locked file beside it among processes, and by
 * its owner within this process. The record itself is no good for a lock, as it is replaced.
 *
 * <p>The locked file stays open until the process ends. On POSIX systems it must: closing any
 * channel of a file gives up the locks that the process has on it.
 */
final class RecordLock {
  private static final Map<Path, RecordLock> LOCKS = new HashMap<>();

  private final FileChannel channel;
  private @Nullable FileLock lock;
  private WeakReference<StartRecord> owner = new WeakReference<>(null);

  private RecordLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Gives a record its file, until the process ends or the record is garbage-collected.
   *
   * @throws IllegalArgumentException if another record has it
   * @throws IOException if it cannot be locked
   */
  static void take(Path file, StartRecord owner) throws IOException {
    synchronized (LOCKS) {
      RecordLock lock = LOCKS.get(file);
      if (lock == null) {
        Path beside = Path.of(file + ".lock");
        lock =
            new RecordLock(
                FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        LOCKS.put(file, lock);
      }
      if (lock.owner.get() != null) {
        throw inUse(file, "another queue of this process");
      }
      lock.lock(file);
      lock.owner = new WeakReference<>(owner);
    }
  }

  private void lock(Path file) throws IOException {
    if (lock == null) {
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) { // this class, loaded a second time
        throw inUse(file, "another queue of this process");
      }
    }
    if (lock == null) {
      throw inUse(file, "another process");
    }
  }

  private static IllegalArgumentException inUse(Path file, String by) {
    return new IllegalArgumentException("the start record " + file + " is in use by " + by);
  }

  static void giveUp(Path file) {
    synchronized (LOCKS) {
      RecordLock lock = LOCKS.get(file);
      if (lock != null) {
        lock.owner = new WeakReference<>(null);
      }
    }
  }
}
