package io.github.gatewayqueue.testsupport;

import org.jspecify.annotations.Nullable;

/** Fills the heap of a process that must run out of memory. */
public final class HeapFiller {
  private static volatile @Nullable Object hoard;

  private HeapFiller() {}

  /** Fills the heap until not even an array of so many references fits, from 1 up. */
  public static void fill(int smallest) {
    for (int size = 1 << 20; size >= smallest; size /= 2) {
      try {
        while (true) {
          @Nullable Object[] next = new Object[size];
          next[0] = hoard;
          hoard = next;
        }
      } catch (OutOfMemoryError e) {
        // smaller ones may fit
      }
    }
  }

  /** Lets it go. */
  public static void release() {
    hoard = null;
  }
}
