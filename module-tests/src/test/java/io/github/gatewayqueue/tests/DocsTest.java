package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every page shows, links to and names is there. */
class DocsTest {
  private static final Pattern REGION =
      Pattern.compile("(?s)(?://|#) @start region=\"[^\"]+\"\n(.*?)\n *(?://|#) @end");
  private static final String SNIPPET = "{@snippet :";
  private static final Pattern COORDINATES =
      Pattern.compile("\\bio\\.github\\.gatewayqueue(?::|</groupId>\\s*<artifactId>)([a-z0-9-]+)");
  private static final Pattern REQUIRES =
      Pattern.compile("^requires io\\.github\\.gatewayqueue\\.([a-z0-9]+);");
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)<");
  private static final Pattern MODULES = Pattern.compile(" -pl (\\S+)");
  private static final Pattern PROFILE = Pattern.compile(" -P(\\w+)");
  private static final Pattern TESTS = Pattern.compile(" -D(?:it\\.)?test='?([\\w,]+)'?");
  private static final Pattern TEST =
      Pattern.compile("^([A-Z]\\w*[a-z](?:Test|IT))(?:\\.\\w+…?)?$");
  private static final Pattern PROGRAM = Pattern.compile("^(?:\\.ci|docs|tools)/\\S+");

  @TempDir Path folder;

  // Code

  @Test
  void codeBlocks_areRegionsOfCompiledSources() {
    Set<String> regions = regions();
    List<String> uncovered =
        Page.all().stream().flatMap(page -> uncovered(page, regions).stream()).toList();
    assertEquals(List.of(), uncovered);
  }

  @Test
  void javaBlock_withAWordThatIsNotCompiled_isFound() throws IOException {
    String shown = regions().stream().filter(region -> region.contains("queue")).findAny().get();
    String block = "```java\n%s\n```\n";
    String text = block.formatted(shown) + block.formatted(shown.replaceFirst("queue", "line"));
    assertEquals(1, uncovered(page(text), regions()).size());
  }

  private static List<String> uncovered(Page page, Set<String> regions) {
    return Stream.of("java", "kotlin", "js", "python", "rust")
        .flatMap(language -> uncovered(page.file(), page.blocks(language), regions).stream())
        .toList();
  }

  private static List<String> uncovered(Path file, List<String> blocks, Set<String> regions) {
    return blocks.stream()
        .filter(block -> !regions.contains(block))
        .map(block -> file + ":\n" + block)
        .toList();
  }

  /** A module's Javadoc cannot take them from a file: the javadoc of JDK 25 fails over it. */
  @Test
  void snippetsInJavadoc_areRegionsOfCompiledSources() {
    Set<String> regions = regions();
    List<String> uncovered = new ArrayList<>();
    for (Path folder : Reactor.published()) {
      int snippets = 0;
      for (Path source : Reactor.sources(folder, "src/main/java")) {
        List<String> inline = snippets(read(source));
        uncovered.addAll(uncovered(source, inline, regions));
        snippets += source.endsWith("module-info.java") ? inline.size() : 0;
      }
      assertEquals(1, snippets, folder + ": its overview shows the first use");
    }
    assertEquals(List.of(), uncovered);
  }

  @Test
  void snippet_withBraces_endsWithItsOwn() {
    String source =
        """
        /**
         * Does.
         *
         * {@snippet :
         * try (A a = b()) {
         *   a.c();
         * }
         * }
         * <p>{@code d}
         */
        """;
    assertEquals(List.of("try (A a = b()) {\n  a.c();\n}"), snippets(source));
  }

  /** What stands in a source's Javadoc itself, without the margin. */
  private static List<String> snippets(String source) {
    List<String> snippets = new ArrayList<>();
    int from = source.indexOf(SNIPPET);
    while (from >= 0) {
      int end = from + 1;
      for (int open = 1; open > 0; end++) {
        open += source.charAt(end) == '{' ? 1 : source.charAt(end) == '}' ? -1 : 0;
      }
      String text = source.substring(from + SNIPPET.length(), end - 1);
      snippets.add(text.replaceAll("(?m)^ *\\* ?", "").stripTrailing().stripIndent().strip());
      from = source.indexOf(SNIPPET, end);
    }
    return snippets;
  }

  /**
   * What the sources of all modules, and the programs outside this build, have between {@code //
   * @start region="…"} and {@code // @end}, as Javadoc's snippets do.
   */
  private static Set<String> regions() {
    Stream<Path> modules =
        Reactor.folders().stream()
            .flatMap(folder ->
                Stream.of(".java", ".kt")
                    .flatMap(end -> Reactor.sources(folder, "src", end).stream()));
    Stream<Path> programs =
        Stream.concat(
            Reactor.sources(Reactor.ROOT, "consumers", ".java").stream(),
            Stream.of(".mjs", ".py", ".rs")
                .flatMap(
                    end -> Reactor.sources(Reactor.ROOT, "examples/http-clients", end).stream()));
    return Stream.concat(modules, programs)
        .flatMap(source -> groups(REGION, read(source)))
        .map(region -> region.stripTrailing().stripIndent().strip())
        .collect(toSet());
  }

  // Links

  @Test
  void links_leadToFilesAndHeadingsThatAreThere() {
    assertEquals(List.of(), Page.all().stream().flatMap(page -> broken(page).stream()).toList());
  }

  @Test
  void link_thatLeadsNowhere_isFound() throws IOException {
    Page page =
        page(
            """
            # One & two
            # `one.two` (three)
            # `one.two` (three)
            [a](page.md) [b](#one--two) [c](page.md#onetwo-three-1) [d](https://example.org/#x)
            [x](nopage.md) [y](#one-two) [z](page.md#onetwo-three-2) [`code`](nocode)
            """);
    assertEquals(
        List.of("nopage.md", "#one-two", "page.md#onetwo-three-2", "nocode"),
        broken(page).stream().map(link -> link.substring(link.indexOf(" to ") + 4)).toList());
  }

  private static List<String> broken(Page page) {
    return page.destinations()
        .filter(link -> !link.matches("(?:https?|mailto):.*"))
        .filter(link -> !leads(page, link))
        .map(link -> page + " links to " + link)
        .toList();
  }

  private static boolean leads(Page page, String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? page.file() : page.file().resolveSibling(path);
    return Files.exists(target)
        && (hash < 0 || Page.read(target).anchors().contains(link.substring(hash + 1)));
  }

  // Numbers

  @Test
  void readme_hasTheFirstTableOfTheResults() {
    Page results = Page.read(Reactor.ROOT.resolve("benchmarks/RESULTS.md"));
    List<List<String>> table = results.rows("Time until all shards are up");
    assertEquals(table.getFirst(), results.rows().getFirst());
    assertEquals(table, Page.read(Reactor.ROOT.resolve("README.md")).rows("How fast"));
  }

  // Names

  @Test
  void coordinates_areThoseOfThisBuild() {
    Set<String> artifacts =
        Reactor.folders().stream().map(path -> path.getFileName().toString()).collect(toSet());
    String version = Reactor.texts(Reactor.ROOT.resolve("pom.xml"), "/project/version").getFirst();
    int named = 0;
    for (Page page : Page.all()) {
      List<String> all = new ArrayList<>(page.codes());
      all.addAll(page.blocks("xml"));
      for (String text : all) {
        for (String artifact : groups(COORDINATES, text).toList()) {
          assertTrue(artifacts.contains(artifact), page + " names " + artifact);
          named++;
        }
        for (String module : groups(REQUIRES, text).toList()) {
          assertTrue(artifacts.contains("queue-" + module), page + " requires " + module);
        }
        if (text.contains("<groupId>io.github.gatewayqueue<")) {
          assertTrue(groups(VERSION, text).allMatch(version::equals), page + ":\n" + text);
        }
      }
    }
    assertTrue(named > 0);
  }

  @Test
  void commands_nameModulesProfilesTestsAndProgramsThatAreThere() {
    List<String> commands = Page.all().stream().flatMap(DocsTest::commands).toList();
    assertTrue(commands.size() > 10, commands.toString());
    Set<String> tests = classes();
    Set<String> profiles = Set.copyOf(profiles());
    for (String command : commands) {
      for (String module : named(MODULES, command)) {
        assertTrue(Files.exists(Reactor.ROOT.resolve(module).resolve("pom.xml")), command);
      }
      for (String profile : named(PROFILE, command)) {
        assertTrue(profiles.contains(profile), command);
      }
      for (String test : named(TESTS, command)) {
        assertTrue(test.equals("none") || tests.contains(test), command);
      }
      Matcher program = PROGRAM.matcher(command);
      if (program.find()) {
        assertTrue(Files.isExecutable(Reactor.ROOT.resolve(program.group())), command);
      }
    }
  }

  @Test
  void testsOnPages_exist() {
    Set<String> tests = classes();
    List<String> missing = new ArrayList<>();
    for (Page page : Page.all()) {
      page.codes().stream()
          .flatMap(code -> groups(TEST, code))
          .filter(test -> !tests.contains(test))
          .forEach(test -> missing.add(page + " names " + test));
    }
    assertEquals(List.of(), missing);
  }

  /** What a reader is told to type. */
  private static Stream<String> commands(Page page) {
    Stream<String> lines = page.blocks("sh").stream().flatMap(String::lines);
    return Stream.concat(lines, page.codes().stream())
        .filter(line -> line.startsWith("mvn ") || PROGRAM.matcher(line).find())
        .filter(line -> !line.endsWith(".md") && !line.endsWith("/"));
  }

  private static List<String> named(Pattern pattern, String command) {
    return groups(pattern, command).flatMap(names -> Stream.of(names.split(","))).toList();
  }

  private static Set<String> classes() {
    return Reactor.folders().stream()
        .flatMap(folder ->
            Stream.concat(
                Reactor.sources(folder, "src/test/java").stream(),
                Reactor.sources(folder, "src/test/kotlin", ".kt").stream()))
        .map(file -> file.getFileName().toString().replaceFirst("\\.(java|kt)$", ""))
        .collect(toSet());
  }

  private static List<String> profiles() {
    return Stream.concat(Stream.of(Reactor.ROOT), Reactor.folders().stream())
        .flatMap(folder -> Reactor.texts(folder.resolve("pom.xml"), "//profile/id").stream())
        .toList();
  }

  // What the tests share

  private Page page(String text) throws IOException {
    return Page.read(Files.writeString(folder.resolve("page.md"), text));
  }

  private static Stream<String> groups(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1));
  }

  private static String read(Path file) {
    try {
      String text = Files.readString(file);
      assertFalse(text.isEmpty(), file.toString());
      return text;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
