package io.github.gatewayqueue.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The POMs as they are published, which are not the ones that this build is made of. */
class PomsIT {
  private static final String BOM = "queue-bom";

  /** What Maven Central asks for, and what a user looks for. */
  private static final List<String> REQUIRED =
      List.of(
          "/project/groupId",
          "/project/artifactId",
          "/project/version",
          "/project/name",
          "/project/description",
          "/project/url",
          "/project/licenses/license/name",
          "/project/licenses/license/url",
          "/project/developers/developer/name",
          "/project/scm/url",
          "/project/scm/connection",
          "/project/scm/developerConnection",
          "/project/issueManagement/url");

  static Stream<String> artifacts() {
    return Stream.concat(Stream.of(BOM), modules());
  }

  static Stream<String> modules() {
    return Published.all().map(Published::artifact);
  }

  @Test
  void table_hasEveryModuleThatIsDeployed() {
    Set<String> deployed = new HashSet<>();
    for (String module :
        Reactor.texts(Reactor.ROOT.resolve("pom.xml"), "/project/modules/module")) {
      Path pom = Reactor.ROOT.resolve(module).resolve("pom.xml");
      if (!Reactor.texts(pom, "/project/properties/maven.deploy.skip").equals(List.of("true"))) {
        deployed.add(module);
      }
    }
    assertEquals(artifacts().collect(toSet()), deployed);
  }

  @ParameterizedTest
  @MethodSource("artifacts")
  void pom_saysWhatMavenCentralAsksFor(String artifact) {
    Path pom = pom(artifact);
    for (String path : REQUIRED) {
      List<String> texts = Reactor.texts(pom, path);
      assertEquals(1, texts.size(), path);
      assertFalse(texts.getFirst().isBlank(), path);
    }
    assertEquals(List.of(artifact), Reactor.texts(pom, "/project/artifactId"));
  }

  @ParameterizedTest
  @MethodSource("artifacts")
  void pom_hasNothingOfThisBuild(String artifact) throws IOException {
    assertFalse(Files.readString(pom(artifact)).contains("${"));
    Path pom = pom(artifact);
    for (String element :
        List.of("parent", "build", "profiles", "properties", "repositories", "modules")) {
      assertEquals(List.of(), Reactor.texts(pom, "/project/" + element), element);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void pom_dependenciesHaveVersionsAndAreNotForTests(String artifact) {
    Path pom = pom(artifact);
    assertEquals(List.of(), Reactor.texts(pom, "/project/dependencyManagement"));
    int dependencies = Reactor.texts(pom, "//dependency").size();
    assertTrue(dependencies > 0);
    assertEquals(dependencies, Reactor.texts(pom, "//dependency/version").size());
    assertTrue(
        Set.of("compile", "runtime", "provided")
            .containsAll(Reactor.texts(pom, "//dependency/scope")));
    assertEquals(
        Set.of(version()),
        Set.copyOf(
            Reactor.texts(
                pom, "//dependency[groupId='io.github.gatewayqueue']/version | /project/version")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"queue-api", "queue-local", "queue-large"})
  void pom_ofWhatDependsOnNothing_hasOnlyAnnotations(String artifact) {
    Set<String> groups = Set.copyOf(Reactor.texts(pom(artifact), "//dependency/groupId"));
    assertTrue(Set.of("io.github.gatewayqueue", "org.jspecify").containsAll(groups));
  }

  @ParameterizedTest
  @MethodSource("io.github.gatewayqueue.tests.Published#all")
  void pom_isAlsoInTheJar(Published published) throws IOException {
    String name = "META-INF/maven/io.github.gatewayqueue/" + published.artifact() + "/pom.xml";
    try (JarFile jar = new JarFile(published.location().toFile());
        InputStream in = jar.getInputStream(new ZipEntry(name))) {
      assertEquals(
          Files.readString(pom(published.artifact())), new String(in.readAllBytes(), UTF_8));
    }
  }

  @Test
  void bom_managesWhatIsPublishedAndNothingElse() {
    Path bom = pom(BOM);
    assertEquals(List.of(), Reactor.texts(bom, "/project/dependencies"));
    String managed = "/project/dependencyManagement/dependencies/dependency";
    assertEquals(
        modules().sorted().toList(),
        Reactor.texts(bom, managed + "/artifactId").stream().sorted().toList());
    assertEquals(
        Set.of("io.github.gatewayqueue"), Set.copyOf(Reactor.texts(bom, managed + "/groupId")));
    assertEquals(Set.of(version()), Set.copyOf(Reactor.texts(bom, managed + "/version")));
  }

  private static String version() {
    return Reactor.texts(pom(BOM), "/project/version").getFirst();
  }

  private static Path pom(String artifact) {
    return Reactor.ROOT.resolve(artifact).resolve("target/pom.xml");
  }
}
