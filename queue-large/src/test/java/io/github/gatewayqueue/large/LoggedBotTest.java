package io.github.gatewayqueue.large;

import io.github.gatewayqueue.local.engine.BackgroundLogger;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests share that read the log: each sees what was logged since it began. */
abstract class LoggedBotTest extends BotTest {
  CapturedLog log;

  @BeforeEach
  final void listen() throws InterruptedException {
    BackgroundLogger.awaitLogged(); // what other tests caused
    log = new CapturedLog("io.github.gatewayqueue.large", Level.INFO);
  }

  @AfterEach
  final void stopListening() {
    log.close();
  }

  /** Returns what was logged; another thread logs, one line after the other. */
  List<String> lines() throws InterruptedException {
    BackgroundLogger.awaitLogged();
    return log.lines();
  }
}
