package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The picture and the table of docs/architecture.md, against the modules that were built. */
class ArchitectureTest {
  private static final Pattern CLASS = Pattern.compile("\\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\\b");
  private static final Pattern LABEL = Pattern.compile("\\|[^|]*\\||\\[\\(.*?\\)]|\\(\\[.*?]\\)");
  private static final Page PAGE = Page.read(Reactor.ROOT.resolve("docs/architecture.md"));

  @Test
  void picture_namesClassesThatExist() {
    List<String> pictures = PAGE.blocks("mermaid");
    assertEquals(1, pictures.size());
    SortedSet<String> named =
        CLASS
            .matcher(LABEL.matcher(pictures.getFirst()).replaceAll(""))
            .results()
            .map(MatchResult::group)
            .collect(toCollection(TreeSet::new));
    assertTrue(named.size() > 10, named.toString());
    named.removeAll(classes());
    assertEquals(Set.of("Redis"), named, "the server is no class");
  }

  @Test
  void text_namesClassesThatExist() {
    SortedSet<String> named =
        PAGE.codes().stream().filter(CLASS.asMatchPredicate()).collect(toCollection(TreeSet::new));
    assertTrue(named.size() > 10, named.toString());
    named.removeAll(classes());
    assertEquals(Set.of(), named);
  }

  private static Set<String> classes() {
    return Reactor.published().stream()
        .flatMap(folder ->
            Stream.of("java", "kotlin")
                .flatMap(language -> Reactor.sources(folder, "src/main/" + language, "").stream()))
        .map(file -> file.getFileName().toString().replaceFirst("\\.(java|kt)$", ""))
        .collect(toSet());
  }

  /** What each module requires of the others, by the descriptors as they were compiled. */
  private static Map<String, String> required() {
    Map<String, ModuleDescriptor> modules =
        Reactor.published().stream()
            .collect(
                toMap(folder -> folder.getFileName().toString(), ArchitectureTest::descriptor));
    Map<String, String> artifacts =
        modules.entrySet().stream().collect(toMap(e -> e.getValue().name(), Map.Entry::getKey));
    assertTrue(artifacts.size() > 1);
    Map<String, String> required = new TreeMap<>();
    modules.forEach((artifact, descriptor) ->
        required.put(
            artifact,
            joined(
                descriptor.requires().stream()
                    .map(requires -> artifacts.get(requires.name()))
                    .filter(Objects::nonNull))));
    return required;
  }

  private static String joined(Stream<String> names) {
    String all = names.sorted().collect(joining(", "));
    return all.isEmpty() ? "nothing" : all;
  }

  private static ModuleDescriptor descriptor(Path folder) {
    try (InputStream in =
        Files.newInputStream(folder.resolve("target/classes/module-info.class"))) {
      return ModuleDescriptor.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void table_saysWhatEachModuleRequiresAndBrings() {
    Map<String, String> said = new TreeMap<>();
    for (List<String> row : PAGE.rows("Modules")) {
      if (row.getFirst().startsWith("queue-")) {
        said.put(row.get(0), row.get(1) + " | " + row.get(2));
      }
    }
    Map<String, String> built = new TreeMap<>();
    Map<String, String> required = required();
    for (Path folder : Reactor.published()) {
      String artifact = folder.getFileName().toString();
      built.put(artifact, required.get(artifact) + " | " + joined(libraries(folder)));
    }
    assertEquals(built, said);
  }

  /** The libraries of others that a user gets with the module. */
  private static Stream<String> libraries(Path folder) {
    return Stream.of("not(scope)", "scope='compile'", "scope='runtime'")
        .flatMap(scope ->
            Reactor.texts(
                folder.resolve("pom.xml"),
                "/project/dependencies/dependency[not(starts-with(groupId,"
                    + " 'io.github.gatewayqueue'))]["
                    + scope
                    + "]/artifactId")
                .stream());
  }
}
