package io.github.gatewayqueue.local.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The line of one bucket, the lock that guards it, and the condition that its head waits on. */
final class Bucket {
  final ReentrantLock lock = new ReentrantLock(true);

  /** The head, and nobody else, waits here: until it is due, or has to look again. */
  final Condition headLooksAgain = lock.newCondition();

  final int index;

  /** Guarded by the lock. */
  final Line line;

  Bucket(int index, Line line) {
    this.index = index;
    this.line = line;
  }

  /** Tells each waiter of the line that it stands in this bucket now. Called under the lock. */
  void adoptWaiters() {
    for (Waiter waiter = line.head(); waiter != null; waiter = waiter.next) {
      waiter.bucket = this;
    }
  }
}
