package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.module.ModuleDescriptor.Exports;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ModuleTest {

  @Test
  void module_exportsItsOnePackage() {
    var module = HttpQueue.class.getModule();
    assertEquals("io.github.gatewayqueue.http", module.getName());
    assertEquals(
        Set.of("io.github.gatewayqueue.http"),
        module.getDescriptor().exports().stream().map(Exports::source).collect(Collectors.toSet()));
  }
}
