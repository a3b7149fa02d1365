package io.github.gatewayqueue.broker.queue;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version of the broker. */
public final class Version {
  private Version() {}

  /** On the class path there is no module; in a jar that was repackaged there may be nothing. */
  public static String current() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .or(() -> Optional.ofNullable(Version.class.getPackage().getImplementationVersion()))
        .orElse("unknown");
  }
}
