package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toSet;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A published module: what its descriptor has to say, no more and no less. Each new module gets a
 * row here, and is required by this module's descriptor.
 *
 * @param requires the modules it requires, as in the descriptor
 * @param exports the packages it exports, as in the descriptor
 */
record Published(String module, String artifact, Set<String> requires, Set<String> exports) {
  static final String PREFIX = "io.github.gatewayqueue";

  static Stream<Published> all() {
    return Stream.of(
        new Published(
            "io.github.gatewayqueue",
            "queue-api",
            Set.of("mandated java.base", "jdk.jfr", "static transitive org.jspecify"),
            Set.of(
                "io.github.gatewayqueue",
                "io.github.gatewayqueue.internal"
                    + " to [io.github.gatewayqueue.broker, io.github.gatewayqueue.discord,"
                    + " io.github.gatewayqueue.discord4j, io.github.gatewayqueue.http,"
                    + " io.github.gatewayqueue.jda, io.github.gatewayqueue.large,"
                    + " io.github.gatewayqueue.local, io.github.gatewayqueue.redis,"
                    + " io.github.gatewayqueue.testkit]")),
        new Published(
            "io.github.gatewayqueue.local",
            "queue-local",
            Set.of(
                "mandated java.base",
                "jdk.jfr",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue"),
            Set.of(
                "io.github.gatewayqueue.local",
                "io.github.gatewayqueue.local.engine"
                    + " to [io.github.gatewayqueue.broker, io.github.gatewayqueue.large]")),
        new Published(
            "io.github.gatewayqueue.large",
            "queue-large",
            Set.of(
                "mandated java.base",
                "io.github.gatewayqueue.local",
                "jdk.jfr",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue"),
            Set.of("io.github.gatewayqueue.large")),
        new Published(
            "io.github.gatewayqueue.discord",
            "queue-discord",
            Set.of(
                "mandated java.base",
                "static transitive org.jspecify",
                "tools.jackson.core",
                "transitive io.github.gatewayqueue",
                "transitive java.net.http"),
            Set.of("io.github.gatewayqueue.discord")),
        new Published(
            "io.github.gatewayqueue.fakediscord",
            "queue-fakediscord",
            Set.of(
                "mandated java.base",
                "com.fasterxml.jackson.core",
                "io.netty.transport",
                "io.vertx.core",
                "static io.vertx.codegen.api",
                "static io.vertx.codegen.json",
                "static transitive org.jspecify"),
            Set.of("io.github.gatewayqueue.fakediscord")),
        new Published(
            "io.github.gatewayqueue.discord4j",
            "queue-discord4j",
            Set.of(
                "mandated java.base",
                "discord4j.common",
                "io.netty.buffer",
                "org.reactivestreams",
                "static transitive org.jspecify",
                "transitive discord4j.core",
                "transitive discord4j.gateway",
                "transitive io.github.gatewayqueue",
                "transitive reactor.core"),
            Set.of("io.github.gatewayqueue.discord4j")),
        new Published(
            "io.github.gatewayqueue.http",
            "queue-http",
            Set.of(
                "mandated java.base",
                "jdk.jfr",
                "static transitive org.jspecify",
                "tools.jackson.core",
                "transitive io.github.gatewayqueue",
                "transitive java.net.http"),
            Set.of("io.github.gatewayqueue.http")),
        new Published(
            "io.github.gatewayqueue.jda",
            "queue-jda",
            Set.of(
                "mandated java.base",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue",
                "transitive net.dv8tion.jda"),
            Set.of("io.github.gatewayqueue.jda")),
        new Published(
            "io.github.gatewayqueue.kord",
            "queue-kord",
            Set.of(
                "mandated java.base",
                "static kord.gateway.jvm",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue",
                "transitive kotlin.stdlib",
                "transitive kotlinx.coroutines.core"),
            Set.of("io.github.gatewayqueue.kord")),
        new Published(
            "io.github.gatewayqueue.micrometer",
            "queue-micrometer",
            Set.of(
                "mandated java.base",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue",
                "transitive micrometer.core"),
            Set.of("io.github.gatewayqueue.micrometer")),
        new Published(
            "io.github.gatewayqueue.broker",
            "queue-broker",
            Set.of(
                "mandated java.base",
                "info.picocli",
                "io.github.gatewayqueue.discord",
                "io.github.gatewayqueue.local",
                "io.github.gatewayqueue.redis",
                "io.netty.codec",
                "io.netty.codec.http",
                "io.netty.common",
                "io.netty.transport",
                "io.prometheus.metrics.core",
                "io.prometheus.metrics.instrumentation.jvm",
                "io.prometheus.metrics.model",
                "io.prometheus.writer.text",
                "io.vertx.core",
                "java.logging",
                "jdk.management",
                "jdk.net",
                "static io.vertx.codegen.api",
                "static io.vertx.codegen.json",
                "static transitive org.jspecify",
                "tools.jackson.core",
                "transitive io.github.gatewayqueue.large"),
            Set.of("io.github.gatewayqueue.broker")),
        new Published(
            "io.github.gatewayqueue.redis",
            "queue-redis",
            Set.of(
                "mandated java.base",
                "jdk.jfr",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue",
                "transitive redis.clients.jedis"),
            Set.of("io.github.gatewayqueue.redis")),
        new Published(
            "io.github.gatewayqueue.testkit",
            "queue-testkit",
            Set.of(
                "mandated java.base",
                "static transitive org.jspecify",
                "transitive io.github.gatewayqueue",
                "transitive org.junit.jupiter.api"),
            Set.of("io.github.gatewayqueue.testkit")));
  }

  /** Returns the module as it was found on the module path of this very run. */
  ModuleReference reference() {
    return ModuleLayer.boot().configuration().findModule(module).orElseThrow().reference();
  }

  /** Returns where the module was found: its jar, or a folder of classes before it is packaged. */
  Path location() {
    return Path.of(reference().location().orElseThrow());
  }

  static Set<String> requiresOf(ModuleDescriptor descriptor) {
    return descriptor.requires().stream()
        .map(requires -> withModifiers(requires.modifiers(), requires.name()))
        .collect(toSet());
  }

  static Set<String> exportsOf(ModuleDescriptor descriptor) {
    return descriptor.exports().stream()
        .map(exports ->
            withModifiers(exports.modifiers(), exports.source())
                + (exports.isQualified() ? " to " + new TreeSet<>(exports.targets()) : ""))
        .collect(toSet());
  }

  private static String withModifiers(Set<? extends Enum<?>> modifiers, String name) {
    StringBuilder all = new StringBuilder();
    modifiers.stream()
        .map(modifier -> modifier.name().toLowerCase(Locale.ROOT))
        .sorted()
        .forEach(modifier -> all.append(modifier).append(' '));
    return all.append(name).toString();
  }

  @Override
  public String toString() {
    return module;
  }
}
