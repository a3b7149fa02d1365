package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.tests.ReadmeSnippets.FirstUse;
import io.github.gatewayqueue.tests.ReadmeSnippets.InOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import net.dv8tion.jda.api.sharding.ShardManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the README shows compiles, does what it says, and links to what is there. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SNIPPET =
      Pattern.compile("// \\[(?!end)[a-z ]+]\n(.*?)// \\[end]", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void javaBlocks_areTheCompiledSnippets() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/io/github/gatewayqueue/tests/ReadmeSnippets.java"));
    List<String> shown = all(JAVA_BLOCK, Files.readString(ROOT.resolve("README.md")));
    assertEquals(5, shown.size());
    assertEquals(all(SNIPPET, source), shown);
  }

  /**
   * The groups found, without indentation, and without the one modifier that only this file needs.
   */
  private static List<String> all(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      found.add(matcher.group(1).replaceAll("(?m)^ +", "").replace("static ", "").strip());
    }
    return found;
  }

  @Test
  void links_leadToFilesThatAreThere() throws IOException {
    List<Path> pages;
    try (var files = Files.walk(ROOT)) {
      pages =
          files
              .filter(file -> file.toString().endsWith(".md"))
              .filter(file -> !file.toString().contains("/target/"))
              .toList();
    }
    assertTrue(pages.contains(ROOT.resolve("README.md")));
    for (Path page : pages) {
      for (String link : all(LINK, Files.readString(page))) {
        assertTrue(Files.exists(page.resolveSibling(link)), page + " links to " + link);
      }
    }
  }

  @Test
  void firstUse_releasesTheShard() throws InterruptedException {
    FirstUse bot = new FirstUse();
    bot.onHello(0, 1);
    assertEquals(List.of(0), bot.identified);
  }

  @Test
  void large_blankToken_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> ReadmeSnippets.largeBotQueue(" "));
  }

  @Test
  void jda_builder_takesTheController() {
    ShardManager bot = ReadmeSnippets.botOnJda("token", GatewayQueue.noOp()).build(false);
    assertEquals(0, bot.getShardsRunning());
    bot.shutdown();
  }

  @Test
  void severalProcesses_rightTokenIsReleasedAndWrongOneRefused() throws InterruptedException {
    try (Broker broker = Broker.builder().port(0).startDelay(Duration.ZERO).token("right").start();
        HttpQueue queue = ReadmeSnippets.queueOfAllProcesses(broker.uri(), "right");
        HttpQueue refused = ReadmeSnippets.queueOfAllProcesses(broker.uri(), "wrong")) {
      queue.request(0, 1);
      assertThrows(GatewayQueueException.class, () -> refused.request(0, 1));
    }
  }

  @Test
  void inOrder_oneBucket_releasesInIdOrderEvenIfOneFails() {
    InOrder bot = new InOrder(new LocalQueue(Duration.ofMillis(1)), 1, 100);
    bot.startAll();
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> bot.identified.size() == 100);
    assertEquals(
        IntStream.range(0, 100).map(id -> id == 3 ? -3 : id).boxed().toList(), bot.identified);
    assertEquals(1, bot.failures.size());
  }
}
