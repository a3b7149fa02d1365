package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class UserAgentTest {
  private static final String URL = "https://github.com/gatewayqueue/gateway-queue";

  @Test
  void value_inAModule_hasItsVersion() {
    var version = UserAgent.class.getModule().getDescriptor().rawVersion().orElseThrow();
    assertEquals("DiscordBot (" + URL + ", " + version + ")", UserAgent.value());
    assertTrue(Character.isDigit(version.charAt(0)), version);
  }

  @Test
  void value_versionsOfModuleAndJar_takesTheModules() {
    assertEquals("DiscordBot (" + URL + ", 1.2.3)", UserAgent.value(Optional.of("1.2.3"), "4.5.6"));
  }

  @Test
  void value_onTheClassPath_takesTheJars() {
    assertEquals(
        "DiscordBot (" + URL + ", 0.1.0-SNAPSHOT)",
        UserAgent.value(Optional.empty(), "0.1.0-SNAPSHOT"));
  }

  @Test
  void value_noVersionOrOneUnfitForAHeader_isUnknown() {
    String unknown = "DiscordBot (" + URL + ", unknown)";
    assertEquals(unknown, UserAgent.value(Optional.empty(), null));
    assertEquals(unknown, UserAgent.value(Optional.empty(), "1.0\r\nX: y"));
    assertEquals(unknown, UserAgent.value(Optional.of(""), "1.0"));
  }
}
