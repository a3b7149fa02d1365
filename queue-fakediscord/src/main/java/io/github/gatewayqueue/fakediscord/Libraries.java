package io.github.gatewayqueue.fakediscord;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The versions of Vert.x and Netty. Another BOM of a project, such as Spring Boot's, may choose an
 * older Netty. Vert.x would then start, and hang up on every request.
 */
final class Libraries {
  /** What this module is built with; a test compares it with the build's. */
  static final String VERTX = "5.2.3";

  static final String NETTY = "4.2.20.Final";

  private static final String ADVICE = "import io.%s:%s as a BOM, in front of the others";

  private Libraries() {}

  /** Refuses an older version of either. */
  static void check() {
    require("Vert.x", vertx(), VERTX, ADVICE.formatted("vertx:vertx-dependencies", VERTX));
    require(
        "Netty",
        netty(),
        NETTY,
        "with Spring Boot's parent set <netty.version>%s</netty.version>, else ".formatted(NETTY)
            + ADVICE.formatted("netty:netty-bom", NETTY));
  }

  /** Accepts what has no version, such as all in one jar. */
  static void require(String name, @Nullable String found, String expected, String advice) {
    if (found != null && Arrays.compare(numbers(found), numbers(expected)) < 0) {
      throw new IllegalStateException(
          "%s is %s, expected %s or newer: %s".formatted(name, found, expected, advice));
    }
  }

  private static int[] numbers(String version) {
    return Stream.of(version.split("[.-]"))
        .filter(part -> part.matches("\\d{1,9}"))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  static @Nullable String vertx() {
    return text("META-INF/vertx/vertx-version.txt");
  }

  static @Nullable String netty() {
    String properties = text("META-INF/maven/io.netty/netty-codec-http/pom.properties");
    return properties == null
        ? null
        : properties
            .lines()
            .filter(line -> line.startsWith("version="))
            .map(line -> line.substring("version=".length()))
            .findFirst()
            .orElse(null);
  }

  private static @Nullable String text(String resource) {
    try (InputStream in = Vertx.class.getClassLoader().getResourceAsStream(resource)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
