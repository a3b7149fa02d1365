package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.testsupport.JavaProcess;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An {@link HttpQueue} that knows which of its requests are in line, also of plain ones, which are
 * told nothing: each has a number of shards of its own, by which the broker's log names it. With
 * one bucket that number means nothing to the broker.
 */
final class NumberedQueue implements GatewayQueue, AutoCloseable {
  private static final long NUMBERED = 1000; // larger totals are left alone, and so are bad ones
  private static final Pattern JOINED = Pattern.compile("shard \\d+ of (\\d+) waits for its turn");

  private final JavaProcess broker;
  private final HttpQueue queue;
  private final AtomicInteger requests = new AtomicInteger();
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
  private final Set<Long> joined = new HashSet<>();
  private int linesRead;

  /** Creates a queue that asks a broker, which logs each request. */
  NumberedQueue(JavaProcess broker, HttpQueue queue) {
    this.broker = broker;
    this.queue = queue;
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    boolean proper = total > id && total < NUMBERED;
    long number = proper ? total + NUMBERED * requests.incrementAndGet() : total;
    underWay.add(number);
    try {
      queue.request(id, number);
    } finally {
      underWay.remove(number);
    }
  }

  /** Returns how many have joined the broker's line and have not ended here. */
  synchronized int waiting() {
    for (; linesRead < broker.lines().size(); linesRead++) {
      Matcher line = JOINED.matcher(broker.lines().get(linesRead));
      if (line.find()) {
        joined.add(Long.valueOf(line.group(1)));
      }
    }
    joined.retainAll(underWay);
    return joined.size();
  }

  @Override
  public void close() {
    queue.close();
  }
}
