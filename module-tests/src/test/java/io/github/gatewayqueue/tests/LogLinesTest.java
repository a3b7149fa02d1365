package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Each line that a module logs has its row in docs/operations.md, and each row is such a line. */
class LogLinesTest {

  @Test
  void lines_logged_areThoseThatThePageExplains() {
    SortedSet<String> logged = new TreeSet<>();
    for (Path folder : Reactor.published()) {
      for (String line : logged(folder)) {
        logged.add(folder.getFileName() + " " + line);
      }
    }
    assertTrue(logged.size() > 10, logged.toString());
    Page page = Page.read(Reactor.ROOT.resolve("docs/operations.md"));
    SortedSet<String> explained =
        page.rows("What each log line means").stream()
            .filter(row -> row.getFirst().startsWith("queue-"))
            .map(row -> String.join(" ", row.subList(0, 3)))
            .collect(toCollection(TreeSet::new));
    assertEquals(String.join("\n", logged), String.join("\n", explained));
  }

  private static SortedSet<String> logged(Path folder) {
    var files = ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null);
    List<JavaFileObject> sources = new ArrayList<>();
    files
        .getJavaFileObjectsFromPaths(Reactor.sources(folder, "src/main/java"))
        .forEach(sources::add);
    return LogLines.of(sources);
  }

  @Test
  void lines_handedOnByOtherMethods_areFound() {
    assertEquals(
        Set.of(
            "ERROR the … failed",
            "INFO shard … of … is …",
            "WARNING said: GET … answered …",
            "WARNING the reserve of … is lowered",
            "varies … is odd"),
        LogLines.of(
            List.of(
                source(
                    """
                    class A {
                      private static final System.Logger LOG = System.getLogger("a");
                      void direct(Exception e) {
                        LOG.log(System.Logger.Level.ERROR, "the {0} failed", e.getMessage());
                        LOG.log(DEBUG, () -> "nobody has to know");
                        warn("the reserve of " + reserve, " is lowered");
                        Log.write(Level.INFO, () -> "shard %s of %s".formatted(id, total) + " is " + e);
                        Log.write(Level.DEBUG, () -> "nor this");
                        report(e.getMessage(), e);
                        odd(level, e);
                      }
                      private void odd(Level unknown, Exception e) {
                        Log.write(unknown, () -> e + " is odd");
                      }
                      private void report(String what, Exception e) {
                        warn("said: " + says(what), "");
                      }
                      private String says(String what) {
                        return "GET " + uri + " answered " + what;
                      }
                      private void warn(String line, Object detail) {
                        LOG.log(WARNING, line + detail);
                      }
                    }
                    """),
                source(
                    """
                    class Log {
                      static final Logger LOGGER = System.getLogger("b");
                      static void write(Level level, Supplier<String> line) {
                        LOGGER.log(level, line);
                      }
                    }
                    """))));
  }

  @Test
  void line_thatTheSourceDoesNotShow_isReported() {
    JavaFileObject source =
        source(
            """
            class A {
              System.Logger log;
              void a() {
                log.log(WARNING, text);
              }
            }
            """);
    assertThrows(IllegalStateException.class, () -> LogLines.of(List.of(source)));
  }

  private static JavaFileObject source(String text) {
    return new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
