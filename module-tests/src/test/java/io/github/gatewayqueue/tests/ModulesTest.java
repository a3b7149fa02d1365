package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The descriptors of the published modules, as the JVM that runs this test resolved them. */
class ModulesTest {
  private static final Module HERE = ModulesTest.class.getModule();

  @Test
  void thisModule_isNamed() {
    assertEquals("io.github.gatewayqueue.tests", HERE.getName());
  }

  @Test
  void table_hasEveryModuleAtHand() {
    Set<String> resolved =
        ModuleLayer.boot().modules().stream()
            .filter(module -> module != HERE)
            .map(Module::getName)
            .filter(name -> name.startsWith(Published.PREFIX))
            .collect(toSet());
    assertEquals(Published.all().map(Published::module).collect(toSet()), resolved);
  }

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void descriptor_isExactlyAsPublished(Published published) {
    ModuleDescriptor descriptor = published.reference().descriptor();
    assertFalse(descriptor.isAutomatic());
    assertFalse(descriptor.isOpen());
    assertEquals(published.requires(), Published.requiresOf(descriptor));
    assertEquals(published.exports(), Published.exportsOf(descriptor));
    assertEquals(Set.of(), descriptor.uses());
    assertEquals(Set.of(), descriptor.provides());
  }

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void module_isReadableAndItsPackageVisibleFromHere(Published published) {
    Module module = ModuleLayer.boot().findModule(published.module()).orElseThrow();
    assertTrue(HERE.canRead(module));
    assertTrue(module.isExported(published.module(), HERE));
  }

  @Test
  void engine_isNotAccessibleFromHere() throws ReflectiveOperationException {
    Class<?> engine = Class.forName("io.github.gatewayqueue.local.engine.Buckets");
    Constructor<?> constructor = engine.getConstructors()[0];
    assertThrows(IllegalAccessException.class, () -> constructor.newInstance(null, null, 1, null));
    assertThrows(InaccessibleObjectException.class, () -> constructor.setAccessible(true));
  }
}
