package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibrariesTest {

  @Test
  void versions_areThoseOfTheBuild() {
    assertEquals(Libraries.VERTX, Libraries.vertx());
    assertEquals(Libraries.NETTY, Libraries.netty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.1.121.Final", "4.2.9.Final", "3.10.6.Final", "4"})
  void require_older_saysWhatWasFoundAndWhatToDo(String found) {
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> Libraries.require("Netty", found, "4.2.20.Final", "take another"))
            .getMessage();
    assertEquals(
        "Netty is %s, expected 4.2.20.Final or newer: take another".formatted(found), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.2.20.Final", "4.2.21.Final-SNAPSHOT", "4.3.0.Final", "5.0.0"})
  void require_sameOrNewer_isAccepted(String found) {
    assertDoesNotThrow(() -> Libraries.require("Netty", found, "4.2.20.Final", ""));
  }

  @Test
  void require_unknown_isAccepted() {
    assertDoesNotThrow(() -> Libraries.require("Netty", null, "4.2.20.Final", ""));
  }
}
