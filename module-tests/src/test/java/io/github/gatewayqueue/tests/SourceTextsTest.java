package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.util.List;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.Test;

class SourceTextsTest {

  @Test
  void lines_handedOnByOtherMethods_areFound() {
    assertEquals(
        Set.of(
            "ERROR the … failed",
            "INFO shard … of … is …",
            "WARNING said: GET … answered …",
            "WARNING the reserve of … is lowered",
            "varies … is odd"),
        SourceTexts.logged(
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
    assertThrows(IllegalStateException.class, () -> SourceTexts.logged(List.of(source)));
  }

  @Test
  void messages_handedOnByOtherMethods_areFound() {
    JavaFileObject source =
        source(
            """
            class A {
              static final String ADVICE = "; look again";
              void a(Object e, String option) {
                String asked = "GET " + option;
                require("--a", option);
                refuse(asked + " answered 403" + ADVICE);
                throw new OtherException(e);
              }
              static void require(String name, int value) {
                throw new UserException(1, null, "%s is %,d, expected 1".formatted(name, value));
              }
              private void refuse(String why) {
                throw new UserException(why);
              }
            }
            """);
    assertEquals(
        Set.of("GET … answered 403; look again", "… is …, expected 1"),
        SourceTexts.thrown(List.of(source)));
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
