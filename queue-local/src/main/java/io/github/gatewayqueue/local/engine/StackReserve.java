package io.github.gatewayqueue.local.engine;

/**
 * Has a stack overflow happen before anything is locked or changed.
 *
 * <p>A thread that overflows in the middle would leave a lock locked, a waiter in line, or the
 * thread that it was waking asleep. So whatever locks a bucket, or the limit, calls this first: it
 * goes deeper than anything behind it does, and throws if there is no room for that.
 */
public final class StackReserve {
  /**
   * About three times what the test with hardly any stack left gets by with: each costs its time.
   * Less than 20, since Lincheck takes a deeper recursion for a livelock.
   */
  private static final int FRAMES = 16;

  private StackReserve() {}

  /** Throws a {@link StackOverflowError} if there is too little stack left. */
  public static void require() {
    descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  /** What is needed after the call is kept on the stack meanwhile: that makes a frame larger. */
  private static long descend(
      int frames,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g,
      long h,
      long i,
      long j,
      long k,
      long l) {
    long below = frames == 0 ? 0 : descend(frames - 1, b, c, d, e, f, g, h, i, j, k, l, a);
    return below + a + b + c + d + e + f + g + h + i + j + k + l;
  }
}
