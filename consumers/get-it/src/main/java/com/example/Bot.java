package com.example;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;

/** Starts three shards, one after another. */
final class Bot {
  private Bot() {}

  public static void main(String[] args) throws InterruptedException {
    GatewayQueue queue = new LocalQueue(Duration.ofMillis(100));
    for (int id = 0; id < 3; id++) {
      queue.request(id, 3);
    }
    System.out.println("LocalQueue has started 3 shards");
  }
}
