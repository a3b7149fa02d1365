package io.github.gatewayqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.module.ModuleDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayQueueTest {

  @Test
  void noOp_releasesAtOnce() throws InterruptedException {
    GatewayQueue queue = GatewayQueue.noOp();
    queue.request(0, 1);
    queue.request(0, 1);
    queue.request(Long.MAX_VALUE - 1, Long.MAX_VALUE);
    assertEquals("NoOpQueue", queue.toString());
    assertSame(queue, GatewayQueue.noOp());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
           0 |  0 | total is 0, expected at least 1
           0 | -1 | total is -1, expected at least 1
          -1 |  1 | shard id is -1 of total 1, expected 0 to 0
           1 |  1 | shard id is 1 of total 1, expected 0 to 0
          16 |  9 | shard id is 16 of total 9, expected 0 to 8
          """)
  void noOp_badShard_isRefusedByName(long id, long total, String message) {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> GatewayQueue.noOp().request(id, total));
    assertEquals(message, thrown.getMessage());
  }

  @Test
  void noOp_interruptedOnEntry_throwsAndClearsTheStatus() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> GatewayQueue.noOp().request(0, 1));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void module_exportsItsOnePackage() {
    ModuleDescriptor module = GatewayQueue.class.getModule().getDescriptor();
    assertEquals(
        List.of("io.github.gatewayqueue"),
        module.exports().stream()
            .filter(exports -> !exports.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .toList());
    assertEquals("io.github.gatewayqueue", module.name());
  }
}
