package io.github.gatewayqueue.discord;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of this client, in the form that Discord requires: {@code DiscordBot (url, version)}.
 */
final class UserAgent {
  private static final String PROJECT_URL = "https://github.com/gatewayqueue/gateway-queue";

  private UserAgent() {}

  /** Returns the header's value with the version that this class comes from. */
  static String value() {
    Optional<String> moduleVersion =
        Optional.ofNullable(UserAgent.class.getModule().getDescriptor())
            .flatMap(ModuleDescriptor::rawVersion);
    return value(moduleVersion, UserAgent.class.getPackage().getImplementationVersion());
  }

  /** On the class path there is no module; in a jar that was repackaged there may be nothing. */
  static String value(Optional<String> moduleVersion, @Nullable String jarVersion) {
    String version =
        moduleVersion
            .or(() -> Optional.ofNullable(jarVersion))
            .filter(found -> found.matches("[A-Za-z0-9.+_-]+"))
            .orElse("unknown");
    return "DiscordBot (" + PROJECT_URL + ", " + version + ")";
  }
}
