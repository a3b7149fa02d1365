package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.util.List;
import java.util.stream.IntStream;

/** What a process does all of whose carriers are pinned. */
final class PinnedCarriersMain {
  private PinnedCarriersMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    PinnedCarriers carriers = PinnedCarriers.pin();
    var controller = Scaled.controller(GatewayQueue.noOp());
    controller.setConcurrency(2);
    List<TestNode> nodes = IntStream.range(0, 4).mapToObj(id -> new TestNode(id, 4)).toList();
    nodes.forEach(controller::appendSession);
    Await.until(() -> nodes.stream().allMatch(node -> node.runs.get() == 1));
    Await.until(() -> LeftThreads.names().isEmpty());
    carriers.end();
  }
}
