package io.github.gatewayqueue.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ModuleTest {
  @Test
  void module_exportsItsOnePackage() {
    Module module = GatewayQueueContract.class.getModule();
    assertEquals("io.github.gatewayqueue.testkit", module.getName());
    assertEquals(
        Set.of("io.github.gatewayqueue.testkit"),
        module.getDescriptor().exports().stream()
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet()));
  }
}
