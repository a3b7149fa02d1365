package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each line that a module logs has its row in docs/operations.md, and each row is such a line. */
class LogLinesTest {

  @Test
  void lines_logged_areThoseThatThePageExplains() {
    SortedSet<String> logged = new TreeSet<>();
    for (Path folder : Reactor.published()) {
      for (String line : SourceTexts.logged(SourceTexts.sources(folder))) {
        logged.add(folder.getFileName() + " " + line);
      }
    }
    assertTrue(logged.size() > 10, logged.toString());
    Page page = Page.read(Reactor.ROOT.resolve("docs/operations.md"));
    SortedSet<String> explained =
        page.rows("What each log line means").stream()
            .filter(row -> row.getFirst().startsWith("queue-"))
            .flatMap(row ->
                Stream.of(row.getFirst().split(", "))
                    .map(module -> String.join(" ", module, row.get(1), row.get(2))))
            .collect(toCollection(TreeSet::new));
    assertEquals(String.join("\n", logged), String.join("\n", explained));
  }
}
