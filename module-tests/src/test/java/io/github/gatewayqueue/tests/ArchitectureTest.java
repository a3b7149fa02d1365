package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
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
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The diagram and the table of docs/architecture.md, against the modules that were built. */
class ArchitectureTest {
  private static final Pattern EDGE = Pattern.compile("(?m)^ *([a-z0-9-]+) --> ([a-z0-9-]+)$");
  private static final Page PAGE = Page.read(Reactor.ROOT.resolve("docs/architecture.md"));

  @Test
  void diagram_hasExactlyTheEdgesOfTheDescriptors() {
    List<String> diagrams = PAGE.blocks("mermaid");
    assertEquals(1, diagrams.size());
    SortedSet<String> drawn =
        EDGE.matcher(diagrams.getFirst())
            .results()
            .map(edge -> edge.group(1) + " --> " + edge.group(2))
            .collect(toCollection(TreeSet::new));
    assertEquals(
        diagrams.getFirst().lines().filter(line -> line.contains("->")).count(), drawn.size());
    assertEquals(edges(), drawn);
  }

  /** What each module requires of the others, by the descriptors as they were compiled. */
  private static SortedSet<String> edges() {
    Map<String, ModuleDescriptor> modules =
        Reactor.published().stream()
            .collect(
                toMap(folder -> folder.getFileName().toString(), ArchitectureTest::descriptor));
    Map<String, String> artifacts =
        modules.entrySet().stream().collect(toMap(e -> e.getValue().name(), Map.Entry::getKey));
    assertTrue(artifacts.size() > 1);
    SortedSet<String> edges = new TreeSet<>();
    modules.forEach((artifact, descriptor) -> {
      for (ModuleDescriptor.Requires requires : descriptor.requires()) {
        String other = artifacts.get(requires.name());
        if (other != null) {
          edges.add(artifact + " --> " + other);
        }
      }
    });
    return edges;
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
  void table_tellsWhatEachModuleBringsAlong() {
    Map<String, String> told = new TreeMap<>();
    for (List<String> row : PAGE.rows("What a module brings along")) {
      if (row.getFirst().startsWith("queue-")) {
        told.put(row.get(0), row.get(1));
      }
    }
    Map<String, String> brought = new TreeMap<>();
    for (Path folder : Reactor.published()) {
      brought.put(folder.getFileName().toString(), String.join(", ", libraries(folder)));
    }
    assertEquals(brought, told);
  }

  /** What others have made, and a user gets with the module. */
  private static List<String> libraries(Path folder) {
    List<String> libraries =
        Stream.of("not(scope)", "scope='compile'", "scope='runtime'")
            .flatMap(scope ->
                Reactor.texts(
                    folder.resolve("pom.xml"),
                    "/project/dependencies/dependency[not(starts-with(groupId,"
                        + " 'io.github.gatewayqueue'))]["
                        + scope
                        + "]/artifactId")
                    .stream())
            .sorted()
            .toList();
    return libraries.isEmpty() ? List.of("nothing") : libraries;
  }
}
