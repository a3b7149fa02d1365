package io.github.gatewayqueue.broker;

import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How the broker's packages depend on each other, by what their sources name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackagesTest {
  private static final Path SOURCES = Path.of("src/main/java/io/github/gatewayqueue/broker");
  private static final int MAX_FILES = 20;

  /** The package of what users see, which has no name below its own. */
  private static final String BROKER = "";

  /** Which packages each may name. */
  private static final Map<String, Set<String>> BELOW =
      Map.of(
          "cli",
          Set.of(BROKER, "requests", "queue"),
          BROKER,
          Set.of("http", "requests", "queue"),
          "http",
          Set.of("connections", "requests", "queue"),
          "connections",
          Set.of("queue"),
          "requests",
          Set.of("queue"),
          "queue",
          Set.of());

  private static final Pattern NAMED =
      Pattern.compile("io\\.github\\.gatewayqueue\\.broker\\.(?:([a-z]+)\\.)?[A-Z]");

  private static final Pattern HTTP = Pattern.compile("io\\.(vertx\\.core\\.http|netty)\\.");

  private List<Source> sources = List.of();

  private record Source(String folder, String name, String text) {
    boolean isDescription() {
      return name.equals("package-info.java");
    }

    List<MatchResult> matches(Pattern pattern) {
      return pattern.matcher(text).results().toList();
    }
  }

  @BeforeAll
  void read() throws IOException {
    try (Stream<Path> found = Files.walk(SOURCES)) {
      List<Path> files = found.filter(Files::isRegularFile).toList();
      sources =
          files.stream()
              .map(file ->
                  new Source(
                      SOURCES.relativize(file).toString().replaceFirst("/?[^/]*$", ""),
                      String.valueOf(file.getFileName()),
                      read(file)))
              .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void packages_eachNamesOnlyThoseBelowIt() {
    Set<String> named = new TreeSet<>();
    Set<String> allowed = new TreeSet<>();
    BELOW.forEach((from, below) -> below.forEach(to -> allowed.add(from + " names " + to)));
    for (Source source : sources) {
      if (!source.isDescription()) {
        source.matches(NAMED).stream()
            .map(match -> match.group(1) == null ? BROKER : match.group(1))
            .filter(Predicate.not(source.folder()::equals))
            .forEach(other -> named.add(source.folder() + " names " + other));
      }
    }
    assertEquals(allowed, named);
  }

  @Test
  void requestsAndQueue_knowNothingOfHttp() {
    for (Source source : sources) {
      if (Set.of("requests", "queue").contains(source.folder())) {
        assertEquals(List.of(), source.matches(HTTP), source.name());
      }
    }
  }

  @Test
  void packages_eachSaysWhatIsInItAndIsNotTooLarge() {
    Map<String, List<Source>> packages = sources.stream().collect(groupingBy(Source::folder));
    assertEquals(BELOW.keySet(), packages.keySet());
    packages.forEach((name, files) -> {
      assertTrue(files.size() <= MAX_FILES, name + " has " + files.size() + " files");
      assertTrue(files.stream().anyMatch(Source::isDescription), name + " has no package-info");
    });
  }
}
