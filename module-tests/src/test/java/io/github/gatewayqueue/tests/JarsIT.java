package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The jars of the published modules, as a user's build would put them on its module path. */
class JarsIT {

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void jar_isNamedAfterItsArtifactAndVersion(Published published) {
    String version = published.reference().descriptor().rawVersion().orElseThrow();
    assertEquals(
        published.artifact() + "-" + version + ".jar",
        published.location().getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void jar_holdsTheDescriptorAndThePackagesItNames(Published published) throws IOException {
    try (JarFile jar = new JarFile(published.location().toFile())) {
      ZipEntry entry = jar.getEntry("module-info.class");
      assertNotNull(entry);
      try (InputStream in = jar.getInputStream(entry)) {
        ModuleDescriptor descriptor = ModuleDescriptor.read(in);
        assertEquals(published.module(), descriptor.name());
        assertEquals(descriptor.packages(), packagesIn(jar));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void jar_holdsTheLicence(Published published) throws IOException {
    try (JarFile jar = new JarFile(published.location().toFile());
        InputStream in = jar.getInputStream(new ZipEntry("META-INF/LICENSE"))) {
      assertArrayEquals(Files.readAllBytes(Reactor.ROOT.resolve("LICENSE")), in.readAllBytes());
    }
  }

  /** The packages of classes and of resources. */
  private static Set<String> packagesIn(JarFile jar) {
    return jar.stream()
        .filter(entry -> !entry.isDirectory())
        .map(ZipEntry::getName)
        .filter(name -> name.contains("/") && !name.startsWith("META-INF/"))
        .map(name -> name.substring(0, name.lastIndexOf('/')).replace('/', '.'))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void manifest_claimsNoAutomaticName(Published published) throws IOException {
    try (JarFile jar = new JarFile(published.location().toFile())) {
      Manifest manifest = jar.getManifest();
      assertNotNull(manifest);
      assertNull(manifest.getMainAttributes().getValue("Automatic-Module-Name"));
    }
  }
}
