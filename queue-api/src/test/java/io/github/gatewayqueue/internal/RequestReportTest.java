package io.github.gatewayqueue.internal;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;

class RequestReportTest {
  @Test
  void beginIfWatched_neitherRecordedNorLogged_isNull() {
    assertNull(RequestReport.beginIfWatched(0, 1, null));
    assertNotNull(RequestReport.beginIfWatched(0, 1, line -> {}));
    try (Recording recording = new Recording()) {
      recording.enable(RequestEvent.NAME);
      recording.start();
      assertNotNull(RequestReport.beginIfWatched(0, 1, null));
      recording.stop();
      assertNull(RequestReport.beginIfWatched(0, 1, null));
    }
  }
}
