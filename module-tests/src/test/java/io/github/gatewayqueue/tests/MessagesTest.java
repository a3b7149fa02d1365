package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each message of an exception has a row in docs/messages.md, each row is such a message, and each
 * message, as each WARNING, is expected by a test.
 */
class MessagesTest {

  /** Put together from several parts, so that the source does not show them at one place. */
  private static final List<String> BUILT =
      List.of(
          "the session starts are used up: …",
          "… session starts are wanted: …",
          "GATEWAY_QUEUE_TOKEN: …");

  /** What no test provokes, and why not. */
  private static final Map<String, String> UNTESTED =
      Map.of(
          "cannot look how the queue stands: the store does not answer",
          "takes a Redis that hangs for more than five seconds",
          "the file … is missing from the module",
          "takes a jar without its files",
          "the script … is missing from the module",
          "takes a jar without its files",
          "the message has more than … bytes",
          "is not shown: a close code stands for it");

  private static final Pattern BETWEEN_PARTS = Pattern.compile("\"\\s*\\+\\s*\"");
  private static final Pattern VARIABLE = Pattern.compile("\"\\s*\\+\\s*[\\w.()]+\\s*\\+\\s*\"");
  private static final Pattern QUOTED =
      Pattern.compile("(?s)\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"");

  /** Words that do not tell a message from others. */
  private static final Pattern COMMON =
      Pattern.compile("\\b(?:the|expected|at least|at most|more than|is|of|to|shard)\\b|[^\\p{L}]");

  private static final int DISTINCTIVE = 8;

  @Test
  void messages_thrown_areThoseThatThePageExplains() {
    NavigableSet<String> messages = thrown();
    assertTrue(messages.size() > 100, messages.toString());
    Set<String> rows =
        Page.read(Reactor.ROOT.resolve("docs/messages.md")).rows().stream()
            .map(List::getFirst)
            .filter(cell -> !cell.equals("message"))
            .collect(toCollection(TreeSet::new));
    assertEquals(
        "",
        unknown(messages, message -> rows.stream().anyMatch(row -> matches(row, message))),
        "not on the page");
    assertEquals(
        "",
        unknown(rows, row -> messages.stream().anyMatch(message -> matches(row, message))),
        "rows of messages that there are no more");
  }

  private static String unknown(Set<String> texts, Predicate<String> isKnown) {
    return texts.stream().filter(isKnown.negate()).collect(joining("\n"));
  }

  @Test
  void messagesAndWarnings_areEachExpectedByATest() {
    Set<String> literals =
        QUOTED
            .matcher(tests())
            .results()
            .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
            .flatMap(literal ->
                Stream.concat(Stream.of(literal), Stream.of(literal.split("[|,'\\n] *"))))
            .map(literal -> literal.replaceAll("\\\\(.)", "$1"))
            .collect(toCollection(TreeSet::new));
    NavigableSet<String> texts = thrown();
    Reactor.published().stream()
        .flatMap(folder -> SourceTexts.logged(SourceTexts.sources(folder)).stream())
        .filter(line -> !line.startsWith("INFO "))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .forEach(texts::add);
    texts.removeIf(text -> isExpected(text, literals));
    assertEquals(String.join("\n", new TreeSet<>(UNTESTED.keySet())), String.join("\n", texts));
  }

  /**
   * Returns whether a literal of a test is a piece of a text, or has pieces of it that follow each
   * other and tell it from other texts, or all of them.
   */
  private static boolean isExpected(String text, Set<String> literals) {
    List<String> parts = List.of(text.split("…"));
    List<Pattern> forms = new ArrayList<>();
    forms.add(Pattern.compile(regex(text)));
    for (int from = 0; from < parts.size(); from++) {
      for (int to = from + 1; to <= parts.size(); to++) {
        String form = String.join("…", parts.subList(from, to));
        if (COMMON.matcher(form).replaceAll("").length() >= DISTINCTIVE) {
          forms.add(Pattern.compile(regex(form.strip())));
          break;
        }
      }
    }
    return literals.stream()
        .anyMatch(literal ->
            (text.contains(literal)
                    && COMMON.matcher(literal).replaceAll("").length() >= DISTINCTIVE)
                || forms.stream().anyMatch(form -> form.matcher(literal).find()));
  }

  private static boolean matches(String row, String message) {
    return message.matches(regex(row));
  }

  private static String regex(String pattern) {
    return Stream.of(pattern.split("…", -1)).map(Pattern::quote).collect(joining(".*"));
  }

  private static NavigableSet<String> thrown() {
    NavigableSet<String> messages = new TreeSet<>(BUILT);
    for (Path folder : Reactor.published()) {
      messages.addAll(SourceTexts.thrown(SourceTexts.sources(folder)));
    }
    return messages;
  }

  /** Returns the sources of all tests, with each text in one piece. */
  private static String tests() {
    List<Path> files = new ArrayList<>();
    for (Path folder : Reactor.folders()) {
      if (!folder.getFileName().toString().equals("module-tests")) {
        files.addAll(Reactor.sources(folder, "src/test/java"));
      }
    }
    return files.stream()
        .map(MessagesTest::read)
        .map(source -> BETWEEN_PARTS.matcher(source).replaceAll(""))
        .map(source -> VARIABLE.matcher(source).replaceAll("…"))
        .collect(joining("\n"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
