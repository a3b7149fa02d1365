package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages and sources are in plain English: phrases that read as translated are not in them. */
class EnglishTest {
  private static final int LONGEST_LINE = 120;

  /** Code and the destinations of links, which cannot be broken. */
  private static final Pattern UNBREAKABLE = Pattern.compile("`[^`]*`|]\\([^)]*\\)");

  /** The margin of a comment, by which a phrase may be broken. */
  private static final Pattern LINE_BREAK =
      Pattern.compile("\\s*\\n\\s*(?:(?:\\*|//|#)(?= ))?\\s*");

  private enum In {
    PAGES,
    PAGES_AND_SOURCES
  }

  /**
   * A phrase to avoid.
   *
   * @param where whether sources are searched as well
   * @param pattern what finds it
   * @param instead what to write, or why not this
   * @param sample a sentence with it
   */
  private record Phrase(In where, Pattern pattern, String instead, String sample) {
    Phrase(In where, String regex, String instead, String sample) {
      this(where, Pattern.compile(regex), instead, sample);
    }
  }

  private static final List<Phrase> PHRASES =
      List.of(
          new Phrase(In.PAGES_AND_SOURCES, "\\bcan not\\b", "cannot", "A request can not pass."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "(?:^|[.;:(|*/\"] )Who [a-z]+ (?![^.|]*\\?)",
              "a noun: clients that …",
              "Done. Who asks for events gets them."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "\\b[Ww]hoever\\b",
              "a noun: a request that …",
              "It wakes whoever waits."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "\\b(?:is|are|was|were) to be\\b",
              "must be, or the active voice",
              "The queue is to be closed."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "\\bbe had\\b",
              "what happens: cannot be read, is not available",
              "The port cannot be had."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "\\bfor as long as\\b",
              "as long as, while",
              "It is held for as long as that."),
          new Phrase(
              In.PAGES_AND_SOURCES, "\\bmade sure of\\b", "verified", "How it is made sure of."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "\\bfor instance since\\b|, since (?:an?|it|its|something|many|Discord) ",
              "because",
              "It waits, since it is early."),
          new Phrase(In.PAGES, "\\bPT-?\\d", "5 s, 1 min 30 s", "It is PT6S."),
          new Phrase(In.PAGES, "\\b[Nn]obody\\b", "no request, no process", "Nobody is released."),
          new Phrase(
              In.PAGES,
              "\\b(?:is|are) told\\b",
              "what is reported to what",
              "The queue is told what became of it."),
          new Phrase(
              In.PAGES, "\\bof which\\b", "two sentences", "A start, of which nothing is known."),
          new Phrase(
              In.PAGES,
              "\\bso that no(?:body|ne| |thing)",
              "so X cannot, or two sentences",
              "It waits, so that nobody is early."),
          new Phrase(
              In.PAGES_AND_SOURCES,
              "(?i)\\bhas to be\\b|\\bhave to be\\b",
              "must be",
              "It has to be closed."));

  @Test
  void phrases_eachIsFoundInItsSample() {
    for (Phrase phrase : PHRASES) {
      assertTrue(phrase.pattern().matcher(phrase.sample()).find(), phrase.toString());
      String broken = phrase.sample().replace(" ", "\n   * ");
      assertEquals(1, found(broken, List.of(phrase)).size(), broken);
    }
  }

  @Test
  void plainSentences_areNotReported() {
    String plain =
        """
        Who may release it? A thread that waits. It cannot pass, must be closed, and is released
        as long as the clients who ask hold it. The port is in use.
        """;
    assertEquals(List.of(), found(plain, PHRASES));
  }

  @Test
  void pages_areInPlainEnglish() {
    List<String> found = new ArrayList<>();
    for (Path page : pages()) {
      String text = UNBREAKABLE.matcher(withoutCode(read(page))).replaceAll("");
      found.addAll(named(page, found(text, PHRASES)));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void sources_areInPlainEnglish() {
    List<Phrase> phrases =
        PHRASES.stream().filter(phrase -> phrase.where() == In.PAGES_AND_SOURCES).toList();
    List<String> found = new ArrayList<>();
    List<Path> sources = sources();
    assertTrue(sources.size() > 300, sources.toString());
    for (Path source : sources) {
      found.addAll(named(source, found(read(source), phrases)));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void linesOfPages_areShort() {
    List<String> found = new ArrayList<>();
    for (Path page : pages()) {
      found.addAll(named(page, tooLong(withoutCode(read(page)))));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void longLine_isFoundUnlessItCannotBeBroken() {
    String words = "word ".repeat(25);
    assertEquals(1, tooLong(words).size());
    assertEquals(0, tooLong("| " + words + "|").size());
    assertEquals(0, tooLong("See [a](https://" + "x".repeat(120) + ").").size());
    assertEquals(0, tooLong("`" + words + "`").size());
  }

  private static List<String> found(String text, List<Phrase> phrases) {
    String line = LINE_BREAK.matcher(text).replaceAll(" ");
    return phrases.stream()
        .flatMap(phrase ->
            phrase
                .pattern()
                .matcher(line)
                .results()
                .map(match ->
                    "\"…%s…\": %s"
                        .formatted(
                            line.substring(
                                Math.max(0, match.start() - 20),
                                Math.min(line.length(), match.end() + 20)),
                            phrase.instead())))
        .toList();
  }

  private static List<String> tooLong(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("|"))
        .filter(line -> UNBREAKABLE.matcher(line).replaceAll("").length() > LONGEST_LINE)
        .toList();
  }

  /** All pages but the report that the benchmarks write: its text is in their sources. */
  private static List<Path> pages() {
    return Page.all().stream()
        .map(Page::file)
        .filter(file -> !file.endsWith("RESULTS.md"))
        .toList();
  }

  /** Code on pages is that of sources. */
  private static String withoutCode(String page) {
    return page.replace("\r", "").replaceAll("(?ms)^ *```.*?^ *```$", "");
  }

  private static List<String> named(Path file, List<String> found) {
    return found.stream().map(phrase -> file + ": " + phrase).toList();
  }

  /** All sources of the repository but this one, which has the phrases. */
  private static List<Path> sources() {
    try (Stream<Path> files = Files.walk(Reactor.ROOT)) {
      return files
          .filter(file -> file.toString().matches(".*\\.(?:java|kt)"))
          .filter(file -> !file.toString().replace('\\', '/').contains("/target/"))
          .filter(file -> !file.endsWith("EnglishTest.java"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
