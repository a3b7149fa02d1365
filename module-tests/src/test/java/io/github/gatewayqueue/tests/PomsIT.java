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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathNodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/** The POMs as they are published, which are not the ones that this build is made of. */
class PomsIT {
  private static final Path ROOT = Path.of("..");
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
  void table_hasEveryModuleThatIsDeployed() throws Exception {
    Set<String> deployed = new HashSet<>();
    for (String module : texts(read(ROOT.resolve("pom.xml")), "/project/modules/module")) {
      Document pom = read(ROOT.resolve(module).resolve("pom.xml"));
      if (!texts(pom, "/project/properties/maven.deploy.skip").equals(List.of("true"))) {
        deployed.add(module);
      }
    }
    assertEquals(artifacts().collect(toSet()), deployed);
  }

  @ParameterizedTest
  @MethodSource("artifacts")
  void pom_saysWhatMavenCentralAsksFor(String artifact) throws Exception {
    Document pom = published(artifact);
    for (String path : REQUIRED) {
      List<String> texts = texts(pom, path);
      assertEquals(1, texts.size(), path);
      assertFalse(texts.getFirst().isBlank(), path);
    }
    assertEquals(List.of(artifact), texts(pom, "/project/artifactId"));
  }

  @ParameterizedTest
  @MethodSource("artifacts")
  void pom_hasNothingOfThisBuild(String artifact) throws Exception {
    assertFalse(Files.readString(pom(artifact)).contains("${"));
    Document pom = published(artifact);
    for (String element :
        List.of("parent", "build", "profiles", "properties", "repositories", "modules")) {
      assertEquals(List.of(), texts(pom, "/project/" + element), element);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void pom_dependenciesHaveVersionsAndAreNotForTests(String artifact) throws Exception {
    Document pom = published(artifact);
    assertEquals(List.of(), texts(pom, "/project/dependencyManagement"));
    int dependencies = texts(pom, "//dependency").size();
    assertTrue(dependencies > 0);
    assertEquals(dependencies, texts(pom, "//dependency/version").size());
    assertTrue(
        Set.of("compile", "runtime", "provided").containsAll(texts(pom, "//dependency/scope")));
    assertEquals(
        Set.of(version()),
        Set.copyOf(
            texts(
                pom, "//dependency[groupId='io.github.gatewayqueue']/version | /project/version")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"queue-api", "queue-local", "queue-large"})
  void pom_ofWhatDependsOnNothing_hasOnlyAnnotations(String artifact) throws Exception {
    Set<String> groups = Set.copyOf(texts(published(artifact), "//dependency/groupId"));
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
  void bom_managesWhatIsPublishedAndNothingElse() throws Exception {
    Document bom = published(BOM);
    assertEquals(List.of(), texts(bom, "/project/dependencies"));
    String managed = "/project/dependencyManagement/dependencies/dependency";
    assertEquals(
        modules().sorted().toList(),
        texts(bom, managed + "/artifactId").stream().sorted().toList());
    assertEquals(Set.of("io.github.gatewayqueue"), Set.copyOf(texts(bom, managed + "/groupId")));
    assertEquals(Set.of(version()), Set.copyOf(texts(bom, managed + "/version")));
  }

  @Test
  void readme_namesTheVersionThatIsBuilt() throws Exception {
    assertTrue(
        Files.readString(ROOT.resolve("README.md"))
            .contains("<version>" + version() + "</version>"));
  }

  private static String version() throws Exception {
    return texts(published(BOM), "/project/version").getFirst();
  }

  private static Document published(String artifact) throws Exception {
    return read(pom(artifact));
  }

  private static Path pom(String artifact) {
    return ROOT.resolve(artifact).resolve("target/pom.xml");
  }

  private static Document read(Path pom) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(pom.toFile());
  }

  private static List<String> texts(Document pom, String path) throws XPathExpressionException {
    XPath xpath = XPathFactory.newDefaultInstance().newXPath();
    List<String> texts = new ArrayList<>();
    for (Node node : xpath.evaluateExpression(path, pom, XPathNodes.class)) {
      texts.add(node.getTextContent());
    }
    return texts;
  }
}
