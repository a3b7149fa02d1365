package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The jars of the published modules, as a user's build would put them on its module path. */
class JarsIT {
  private static final Pattern MEMBER =
      Pattern.compile("(?s)<section class=\"detail\" id=\"([^\"]+)\">(.*?)</section>");

  /** An exception of which is not told when it is thrown. */
  private static final Pattern BARE_EXCEPTION =
      Pattern.compile("<dd><code>(<a [^>]*>)?[^<]*(</a>)?</code></dd>");

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

  static Stream<Published> javadocs() {
    return Published.all().filter(published -> !published.artifact().equals("queue-kord"));
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

  /**
   * A method that overrides one of another module inherits no word of it, as Javadoc is made module
   * by module; and doclint is content with that. Where the pages are Dokka's, it has failed if a
   * member is not described.
   */
  @ParameterizedTest
  @MethodSource("javadocs")
  void javadoc_describesEveryMember(Published published) throws IOException {
    String jar = published.location().toString();
    Path javadoc = Path.of(jar.substring(0, jar.lastIndexOf('.')) + "-javadoc.jar");
    int described = 0;
    List<String> bare = new ArrayList<>();
    try (JarFile pages = new JarFile(javadoc.toFile())) {
      for (JarEntry page : Collections.list(pages.entries())) {
        if (page.getName().endsWith(".html")) {
          String text =
              new String(pages.getInputStream(page).readAllBytes(), StandardCharsets.UTF_8);
          for (MatchResult member : MEMBER.matcher(text).results().toList()) {
            String said = member.group(2);
            if (said.contains("<div class=\"block\">") && !BARE_EXCEPTION.matcher(said).find()) {
              described++;
            } else {
              bare.add(page.getName() + " " + member.group(1));
            }
          }
        }
      }
    }
    assertEquals(List.of(), bare);
    assertTrue(described > 0, javadoc::toString);
  }
}
