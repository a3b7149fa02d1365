package io.github.gatewayqueue.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.broker.requests.LastDay;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.github.gatewayqueue.testsupport.TestProxy;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page for operators, of a real broker and in a real browser. */
class DashboardIT extends BrokerTestBase {
  private static final URI NOWHERE = URI.create("data:,");

  private static final String PAGES =
      "the page in all its states; the default tier has page_shardWaitsAndIsReleased_showsIt";

  private static Browser browser;

  /** A stream that breaks off, or a connection that is refused, is what the test is about. */
  private boolean mayLoseConnection;

  /** The clock of {@link #startDay}. */
  private final AtomicLong nanos = new AtomicLong();

  @BeforeAll
  static void startBrowser() throws IOException {
    Awaitility.setDefaultTimeout(Await.HANG);
    Browser.assumeThereIsOne();
    browser = new Browser();
  }

  @AfterAll
  static void stopBrowser() {
    Awaitility.reset();
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void startFromNothing() {
    browser.openWindow();
    browser.complaints();
    browser.requests();
    browser.resize(1440, 900);
    browser.prefer("light");
  }

  @AfterEach
  void pageIsQuietAndKeepsToItsOrigin() {
    try {
      List<String> complaints =
          browser.complaints().stream()
              .filter(line -> !(mayLoseConnection && line.contains("/status/stream")))
              .toList();
      assertEquals(List.of(), complaints);
      List<URI> requests =
          browser.requests().stream().filter(uri -> !uri.getScheme().equals("data")).toList();
      assertTrue(
          requests.stream().anyMatch(uri -> uri.getPath().equals("/dashboard")),
          requests::toString);
      List<URI> elsewhere =
          requests.stream().filter(uri -> !"127.0.0.1".equals(uri.getHost())).toList();
      assertEquals(List.of(), elsewhere);
    } finally {
      browser.open(NOWHERE); // or it would go on asking for this test's broker
    }
  }

  @Test
  void page_shardWaitsAndIsReleased_showsIt() throws Exception {
    Broker broker = startHolding(local());
    show(broker);
    awaitText("start-up-text", "Nobody waits");

    RawConnection client = ask(broker, 3, 16);
    awaitText("start-up-text", "0 of 1 released");
    assertEquals("1", browser.text("waiting"));
    assertEquals(List.of("0", "1", "3"), browser.rows("buckets").getFirst().subList(0, 3));
    browser.screenshot("one-waits");

    queue.get().holding = false;
    assertEquals(200, client.readAnswer().status());
    awaitText("start-up-text", "All 1 released");
    assertEquals("0", browser.text("waiting"));
    assertEquals("3 of 16", browser.rows("recent").getFirst().getFirst());
    assertEquals(List.of(), browser.inaccessible());
    browser.screenshot("one-released");
  }

  @Test
  void pageOfASite_whoseNameLeadsHere_readsAndSpendsNothing() throws Exception {
    Broker broker = start(builder());
    browser.open(URI.create("http://" + Browser.REBOUND + ":" + broker.port() + "/status"));
    String shown = browser.string("return document.body.innerText");
    assertTrue(shown.contains("expected localhost, 127.0.0.1 or [::1]"), shown);
    browser.run("fetch('/?shard=0', { method: 'POST' }).then((a) => (window.answer = a.status))");
    await().until(() -> browser.string("return window.answer").equals("403"));
    assertEquals(0, status(broker).getInteger("released"));

    browser.complaints();
    browser.requests();
    show(broker);
    awaitText("start-up-text", "Nobody waits");
  }

  @Test
  @Thorough(PAGES)
  void page_nobodyWaits_saysSo() throws Exception {
    Broker broker = start(local());
    show(broker);

    awaitText("start-up-text", "Nobody waits");
    assertEquals("0", browser.text("waiting"));
    assertEquals("Nobody waits in the only bucket.", browser.text("not-shown"));
    assertEquals(List.of(), browser.rows("buckets"));
    assertEquals("", browser.text("start-up-progress"));
    assertEquals(
        "Nothing has been released since the broker started.", browser.text("recent-none"));
    assertEquals("", browser.text("problems"));
    assertEquals("", browser.text("connection"));
    assertEquals("Gateway Queue", browser.string("return document.title"));
    assertReadable("empty");
  }

  /** A broker that has released the first of three shards, and lets the second wait. */
  private Broker startWithOneWaiting() throws Exception {
    Broker broker = start(local());
    release(broker, 0, 3);
    ask(broker, 1, 3);
    awaitWaiting(broker, 1);
    return broker;
  }

  @Test
  @Thorough(PAGES)
  void page_someWait_showsWhatStatusSays() throws Exception {
    Broker broker = startWithOneWaiting();
    ask(broker, 2, 3);
    awaitWaiting(broker, 2);
    show(broker);
    awaitText("waiting", "2");

    JsonObject status = status(broker);
    assertEquals("1 of 3 released", browser.text("start-up-text"));
    assertEquals(1, browser.number("return document.getElementById('start-up-progress').value"));
    assertEquals(3, browser.number("return document.getElementById('start-up-progress').max"));
    List<String> bucket = browser.rows("buckets").getFirst();
    assertEquals(List.of("0", "2", "1, 2"), bucket.subList(0, 3));
    assertTrue(bucket.get(4).matches("in (1 h|59 min( \\d+ s)?)"), bucket::toString);
    List<String> recent = browser.rows("recent").getFirst();
    assertEquals(List.of("0 of 3", "0"), recent.subList(0, 2));
    assertEquals("1", browser.text("released"));
    assertEquals("1 h", browser.text("interval"));
    assertEquals("5,000", browser.text("max-waiting"));
    assertEquals(status.getString("version"), browser.text("version"));
    String lastRelease = status.getJsonArray("buckets").getJsonObject(0).getString("lastRelease");
    await().until(() -> clock(status.getString("startedAt")).equals(browser.text("started")));
    await().until(() -> clock(lastRelease).equals(browser.rows("buckets").getFirst().get(3)));
    assertEquals("Not counted", browser.text("budget-text"));
    assertEquals("Live · ready", browser.text("state"));
    assertEquals("Gateway Queue", browser.text("name"));
    assertEquals("2 waiting · Gateway Queue", browser.string("return document.title"));
  }

  @Test
  @Thorough(PAGES)
  void page_shardIdOfNineteenDigits_isShownToTheLastOne() throws Exception {
    Broker broker = start(local());
    release(broker, 9223372036854775806L, 9223372036854775807L);
    show(broker);

    await().until(() -> browser.rows("recent").size() == 1);
    assertEquals(
        "9223372036854775806 of 9223372036854775807", browser.rows("recent").getFirst().getFirst());
    assertReadable("long-id");
  }

  @Test
  @Thorough(PAGES)
  void page_releasesAndGoers_changeItInPlace() throws Exception {
    Broker broker = start(large(discord(4)));
    show(broker);
    awaitText("budget-text", "1,000 of 1,000");

    release(broker, 0, 8);
    awaitText("start-up-text", "All 1 released");
    RawConnection waits = ask(broker, 4, 8);
    awaitText("start-up-text", "1 of 2 released");
    browser.run("window.row = document.querySelector('#bucket-rows tr')");
    release(broker, 1, 8);
    awaitText("start-up-text", "2 of 3 released");
    assertEquals(
        List.of("1 of 8", "0 of 8"), browser.rows("recent").stream().map(List::getFirst).toList());
    assertEquals("998 of 1,000", browser.text("budget-text"));
    waits.close();
    awaitText("start-up-text", "All 2 released");
    assertEquals("true", browser.string("return window.row.isConnected"));
    assertEquals("0", browser.string("return window.row.cells[1].innerText"));
  }

  /** Without a token in any broker there is no limit to wait for. */
  @Test
  @Thorough(PAGES)
  void page_queueInRedisWithoutToken_awaitsNoLimit() throws Exception {
    EmbeddedRedis redis = open(new EmbeddedRedis());
    Broker broker = start(local().redis(redis.uri()).redisNamespace("dashboard"));
    awaitReady(broker);
    show(broker);
    awaitText("state", "Live · ready");

    release(broker, 0, 1);
    awaitText("start-up-text", "All 1 released");
    assertEquals("Not counted", browser.text("budget-text"));
    assertEquals("", browser.text("budget-warning"));
    assertEquals(List.of(), browser.alerts());
    assertReadable("redis");
  }

  @Test
  @Thorough(PAGES)
  void page_fewerStartsLeftThanWait_warns() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().maxConcurrency(4).remaining(3));
    Broker broker = start(large(discord));
    release(broker, 0, 20);
    show(broker);
    awaitText("budget-text", "2 of 1,000");
    assertEquals("The session starts are nearly used up.", browser.text("budget-warning"));

    ask(broker, 4, 20);
    ask(broker, 8, 20);
    ask(broker, 12, 20);
    awaitText(
        "budget-warning",
        "More shards wait than session starts are left: 2 will be released after the reset.");
    release(broker, 1, 20);
    awaitText(
        "budget-warning", "The session starts are used up: no shard is released before the reset.");
    awaitText("state", "Live · exhausted");
    assertTrue(browser.text("reset-in").matches("23 h 5\\d min|24 h|1 d"));
    assertEquals("4", browser.text("max-concurrency"));
    assertTrue(browser.text("read-at").matches("\\d+ s ago"), () -> browser.text("read-at"));
    assertReadable("used-up");
  }

  @Test
  @Thorough(PAGES)
  void problem_comesAndGoes_isAnnouncedOnce() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().maxConcurrency(4));
    discord.startOutage(Outage.REFUSING);
    Broker broker = start(large(discord));
    show(broker);
    await().until(() -> !browser.text("problem-list").isEmpty());
    assertEquals(1, browser.alerts().size());
    String problem = status(broker).getJsonArray("problems").getString(0);
    assertEquals(withoutNumbers(problem), withoutNumbers(browser.text("problem-list")));
    assertEquals(withoutNumbers(problem), withoutNumbers(browser.alerts().getFirst()));
    assertEquals("Not known yet", browser.text("budget-text"));
    assertReadable("discord-unreachable");

    String before = browser.text("updated");
    await().until(() -> !browser.text("updated").equals(before));
    assertEquals(1, browser.alerts().size(), () -> browser.alerts().toString());

    discord.endOutage();
    await().until(() -> browser.text("problems").isEmpty());
    awaitText("budget-text", "1,000 of 1,000");
    assertEquals(1, browser.alerts().size(), () -> browser.alerts().toString());
    assertEquals("", browser.string("return document.getElementById('alert').textContent"));
  }

  @Test
  @Thorough(PAGES)
  void broker_stopsAndStartsAgain_pageReconnectsByItself() throws Exception {
    mayLoseConnection = true;
    Broker first = start(local());
    release(first, 0, 1);
    show(first);
    awaitText("start-up-text", "All 1 released");
    browser.run("window.here = 'before'");

    first.close();
    awaitText("state", "Not connected");
    assertTrue(
        browser
            .text("connection-text")
            .matches(
                "Since \\d\\d:\\d\\d:\\d\\d, for .* The numbers below are as old as that\\..*"),
        () -> browser.text("connection-text"));
    assertEquals("\" · old\"", markOfOldNumbers());
    assertEquals("All 1 released", browser.text("start-up-text"));
    assertTrue(browser.string("return document.title").startsWith("Not connected"));
    assertReadable("not-connected");

    start(local().port(first.port()));
    awaitText("state", "Live · ready");
    awaitText("start-up-text", "Nobody waits");
    assertEquals("", browser.text("connection"));
    assertEquals("none", markOfOldNumbers());
    assertEquals("before", browser.string("return window.here"));
  }

  private static String markOfOldNumbers() {
    return browser.string(
        "return getComputedStyle(document.getElementById('start-up-title'), '::after').content");
  }

  @Test
  @Thorough(PAGES)
  void stream_goesSilent_isOpenedAgain() throws Exception {
    mayLoseConnection = true;
    Broker broker = start(local());
    TestProxy network = open(new TestProxy(broker.port()));
    browser.open(URI.create(network.uri("http") + "/dashboard"));
    awaitText("state", "Live · ready");

    network.loseAnswers(true);
    awaitText("state", "Not connected");
    assertTrue(browser.text("connection-text").contains("Nothing was heard from the broker"));
    network.loseAnswers(false);
    awaitText("state", "Live · ready");
  }

  @Test
  @Thorough(PAGES)
  void page_ofBrokerWithToken_opensWithPassword() throws Exception {
    Broker broker = start(local().token("letmein"));
    browser.open(URI.create("http://anyone:letmein@127.0.0.1:" + broker.port() + "/dashboard"));

    awaitText("start-up-text", "Nobody waits");
  }

  @Test
  @Thorough(PAGES)
  void keyboard_aloneIsEnough() throws Exception {
    Broker broker = start(large(discord(16)));
    for (int id = 0; id < 10; id++) {
      release(broker, id, 32);
    }
    show(broker);
    awaitText("start-up-text", "All 10 released");

    assertEquals("skip", afterTab());
    browser.press(Keys.ENTER);
    assertEquals("main", browser.string("return document.activeElement.id"));

    assertEquals("more", afterTab());
    assertEquals(8, browser.rows("recent").size());
    browser.press(Keys.ENTER);
    assertEquals(10, browser.rows("recent").size());
    assertEquals("true", browser.string("return document.activeElement.ariaExpanded"));
    assertEquals("recent-scroll", afterTab());

    assertEquals("order", afterTab());
    browser.press(Keys.ARROW_DOWN);
    assertEquals("busiest", browser.string("return document.activeElement.value"));

    assertEquals("show-all", afterTab());
    browser.press(Keys.SPACE);
    assertEquals(16, browser.rows("buckets").size());
  }

  /** Presses Tab, and returns what has the focus then, and shows it. */
  private static String afterTab() {
    browser.press(Keys.TAB);
    String focused =
        browser.string("return document.activeElement.id || document.activeElement.className");
    assertEquals(
        "solid",
        browser.string("return getComputedStyle(document.activeElement).outlineStyle"),
        focused);
    return focused;
  }

  /** Shows a broker on which all shards have asked, and one of each bucket was released. */
  private void showCrowd(int buckets, int shards) throws Exception {
    Broker broker = start(large(discord(buckets)));
    askForAll(broker, shards);
    awaitWaiting(broker, shards - buckets);
    show(broker);
  }

  @Test
  @Thorough(PAGES)
  void startUp_ofManyShards_isReadable() throws Exception {
    showCrowd(16, 64);

    awaitText("start-up-text", "16 of 64 released");
    assertEquals(16, browser.rows("buckets").size());
    assertEquals("", browser.text("not-shown"));
    assertReadable("start-up");
  }

  @Test
  @Thorough(PAGES)
  void manyBuckets_areFolded() throws Exception {
    showCrowd(128, 1000);

    awaitText("waiting", "872");
    assertEquals(32, browser.rows("buckets").size());
    assertTrue(browser.text("not-shown").startsWith("96 buckets more, with "));
    assertReadable("many-buckets");
    browser.run("document.getElementById('show-all').click()");
    assertEquals(128, browser.rows("buckets").size());
  }

  @Test
  @Thorough(PAGES)
  void day_withReset_isDrawnAndSaid() throws Exception {
    Broker broker = startDay(large(discord(16)).interval(Duration.ofSeconds(1)));
    passDay(broker, slot -> slot == 60 ? 16 : slot % 16 == 0 ? 3 : 0);
    show(broker);
    // With those that others started: five in each of six slots.
    awaitText(
        "day-text",
        "46 starts in the last 24 hours, 3 of them in the last hour. At the pace of the last hour"
            + " (30 an hour), the 504 usable starts will last until the reset.");
    showRemaining(105); // 425 in the last hour: the usable 104 last for a quarter of one
    awaitText("budget-text", "105 of 1,000");
    assertTrue(
        browser
            .text("day-text")
            .matches(
                ".* \\(430 an hour\\), the 104 usable starts will be used up at"
                    + " \\d\\d:\\d\\d:\\d\\d, 7 h 5 min before the reset\\."),
        () -> browser.text("day-text"));
    showRemaining(505);
    askForAll(broker, 160);
    awaitText("even-text", "Even use until the reset: 41 an hour");
    JsonObject day = status(broker).getJsonObject("day");
    assertEquals(145, day.getJsonArray("starts").size());
    assertTrue(bars() >= 10, () -> "only " + bars() + " bars");
    assertEquals(1, pieces("left"));
    String described = browser.string("return document.getElementById('picture-text').textContent");
    assertTrue(described.contains(" At most "), described);
    assertTrue(described.contains(" session starts are left now."), described);
    for (String zone : List.of("Asia/Tokyo", "UTC", "Asia/Kathmandu")) {
      browser.zone(zone);
      show(broker);
      await().until(() -> pieces("starts") > 0);
      assertEquals(
          List.of("00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"),
          hoursBelow(),
          zone);
    }
    assertReadable("busy");
  }

  @Test
  @Thorough(PAGES)
  void day_withoutLimit_hasStartsOnly() throws Exception {
    Broker broker = startDay(local().interval(Duration.ofMillis(1)));
    release(broker, 3, 16);
    assertEquals(1, status(broker).getInteger("released")); // counted before the clock goes on
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    release(broker, 3, 16);
    show(broker);

    awaitText("day-text", "2 starts since the broker started, 1 of them in the last hour.");
    assertEquals(2, bars());
    assertEquals(0, pieces("left"));
    assertEquals(0, pieces("even"));
    assertEquals("", browser.text("even-text"));
    assertReadable("no-limit");
  }

  @Test
  @Thorough(PAGES)
  void day_nothingHappened_saysSo() throws Exception {
    show(start(local()));
    awaitText("day-text", "No starts since the broker started.");
    assertEquals(0, bars());
    assertEquals("", browser.text("restarting"));
  }

  @Test
  @Thorough(PAGES)
  void shardStartsAgainAndAgain_isNamedAndAnnouncedOnce() throws Exception {
    Broker broker = start(local().interval(Duration.ofMillis(1)));
    for (int i = 0; i < 6; i++) {
      release(broker, 3, 16);
    }
    show(broker);
    awaitText("restarting", "Started again and again in the last hour: shard 3 of 16 (6 times).");
    release(broker, 3, 16);
    awaitText("restarting", "Started again and again in the last hour: shard 3 of 16 (7 times).");
    assertEquals(1, browser.alerts().size(), () -> browser.alerts().toString());

    for (int i = 0; i < 6; i++) {
      for (int shard = 4; shard < 8; shard++) {
        release(broker, shard, 16);
      }
    }
    awaitText(
        "restarting",
        "Started again and again in the last hour: shard 3 of 16 (7 times), shard 4 of 16 (6"
            + " times), shard 5 of 16 (6 times), and 2 others.");
    assertReadable("restarting");
  }

  @Test
  @Thorough(PAGES)
  void bucketIsHeld_showsByWhichShard() throws Exception {
    Broker broker = startChanged(large(discord(4)).name("Music bot"));
    awaitReady(broker);
    show(broker);
    awaitText("name", "Music bot · Gateway Queue");
    assertEquals("Music bot", browser.string("return document.title"));

    queue.get().hold(1, new QueueSnapshot.Hold(5, Instant.now().minusSeconds(4)));
    queue.get().hold(3, new QueueSnapshot.Hold(7, Instant.now().minusSeconds(70)));
    await().until(() -> browser.rows("buckets").size() == 2);
    List<List<String>> rows = browser.rows("buckets");
    assertTrue(rows.get(0).getLast().matches("shard 5 is starting, for \\d+ s"), rows::toString);
    assertTrue(
        rows.get(1).getLast().matches("shard 7 is starting, for 1 min \\d+ s"), rows::toString);
    for (int shard = 0; shard < 12; shard++) {
      ask(broker, shard, 32);
    }
    awaitText("waiting", "8");
    assertReadable("holding");
    queue.get().hold(1);
    await().until(() -> browser.rows("buckets").get(1).getLast().equals("–"));
  }

  @Test
  @Thorough(PAGES)
  void brakeHoldsShardsBack_showsThemAndWhenTheyJoin() throws Exception {
    Broker broker = startChanged(large(discord(4)));
    awaitReady(broker);
    show(broker);
    awaitText("not-shown", "Nobody waits in any of the 4 buckets.");
    assertEquals("", browser.text("paused"));

    Instant now = Instant.now();
    queue.get().pauses =
        List.of(
            new QueueSnapshot.Pause(5, 6, now.plusSeconds(100)),
            new QueueSnapshot.Pause(Long.MAX_VALUE - 1, 1007, now.plusSeconds(890)));
    await().until(() -> browser.rows("pauses").size() == 2);
    List<List<String>> rows = browser.rows("pauses");
    assertEquals(List.of("5", "6"), rows.getFirst().subList(0, 2));
    assertTrue(rows.getFirst().getLast().matches("in 1 min( \\d+ s)?"), rows::toString);
    assertEquals(List.of("9223372036854775806", "1,007"), rows.getLast().subList(0, 2));
    assertEquals("", browser.text("more-paused"));
    assertReadable("paused");
    queue.get().pauses =
        IntStream.range(0, 23)
            .mapToObj(shard -> new QueueSnapshot.Pause(shard, 5, now.plusSeconds(900)))
            .toList();
    awaitText("more-paused", "3 more wait longer.");
    assertEquals(20, browser.rows("pauses").size());
    queue.get().pauses = List.of();
    await().until(() -> browser.text("paused").isEmpty());
  }

  @Test
  @Thorough(PAGES)
  void refusals_areCountedByReason() throws Exception {
    Broker broker = start(local());
    show(broker);
    awaitText("refused", "0");
    get(broker, "/?shard=x");
    get(broker, "/?shard=y");
    awaitText("refused", "2 (bad request: 2)");
    assertEquals("0", browser.text("lost"));
  }

  /** On a phone a row is read without the heads of its columns. */
  @Test
  @Thorough(PAGES)
  void rows_onAPhone_haveTheNameOfEachValue() throws Exception {
    show(startWithOneWaiting());
    awaitText("waiting", "1");
    browser.resize(400, 900);
    assertEquals("\"Bucket \"", nameBefore("#buckets tbody th"));
    assertEquals("\"Next release \"", nameBefore("#buckets tbody td:nth-child(5)"));
    assertEquals("\"Released at \"", nameBefore("#recent tbody td:nth-child(3)"));
    browser.resize(1280, 900);
    assertEquals("none", nameBefore("#buckets tbody th"));
  }

  private static String nameBefore(String cell) {
    return browser.string(
        "return getComputedStyle(document.querySelector(arguments[0]), '::before').content", cell);
  }

  /** A broker whose history goes by a clock that only the test moves. */
  private Broker startDay(Broker.Builder builder) {
    return startChanged(builder.pace(Timing.nanos(nanos::get)));
  }

  /**
   * Has a day go by, with a reset in it: so many start in each slot, and elsewhere some more start.
   */
  private void passDay(Broker broker, IntUnaryOperator startsInSlot) throws Exception {
    awaitReady(broker);
    for (int slot = 0; slot < LastDay.MAX_SLOTS; slot++) {
      showRemaining(slot < 45 ? 400 - 8 * slot : 1000 - 5 * (slot - 45));
      List<RawConnection> asking = new ArrayList<>();
      for (int i = 0; i < startsInSlot.applyAsInt(slot); i++) {
        asking.add(ask(broker, i, 16));
      }
      for (RawConnection client : asking) {
        assertEquals(200, client.readAnswer().status());
      }
      status(broker); // takes note of what is left
      nanos.addAndGet(slot == LastDay.MAX_SLOTS - 1 ? 0 : LastDay.SLOT.toNanos());
    }
  }

  private void showRemaining(int remaining) {
    var limit = new SessionStartLimit(1000, remaining, Duration.ofMinutes(440), 16);
    queue.get().shown =
        snapshot ->
            new QueueSnapshot(
                snapshot.buckets(),
                Optional.of(limit),
                snapshot.usedElsewhere(),
                snapshot.pauses());
  }

  private static long bars() {
    return pieces("starts");
  }

  /** Returns of how many pieces a part of the picture is. */
  private static long pieces(String part) {
    return browser.number(
        "return (document.getElementById('picture-' + arguments[0]).getAttribute('d') ?? '')"
            + ".split('M').length - 1",
        part);
  }

  /** Returns the times below the picture, in their order on the clock. */
  private static List<String> hoursBelow() {
    String texts =
        browser.string(
            "return [...document.querySelectorAll('#picture-labels text')]"
                + ".map((text) => text.textContent).filter((text) => text.includes(':')).join(' ')");
    return Stream.of(texts.split(" ")).sorted().toList();
  }

  /** Looks at the page as it is now, in both schemes, from phone to desk. */
  private static void assertReadable(String state) throws IOException {
    for (String scheme : List.of("light", "dark")) {
      browser.prefer(scheme);
      for (int width : List.of(360, 400, 768, 1280)) {
        browser.resize(width, 900);
        browser.screenshot("%s-%s-%s".formatted(state, width, scheme));
        assertTrue(
            browser.number("return document.documentElement.scrollWidth") <= width,
            () -> "%s scrolls sideways at %s px".formatted(state, width));
        assertEquals(
            List.of(), browser.inaccessible(), "%s, %s px, %s".formatted(state, width, scheme));
        assertEquals("", cardsWithAnEmptyHalf(), "%s, %s px".formatted(state, width));
      }
    }
  }

  private static String cardsWithAnEmptyHalf() {
    return browser.string(
        """
        const box = (node) => node.getBoundingClientRect();
        const end = (card) => Math.max(...[...card.children].map((node) => box(node).bottom));
        const isHalfEmpty = (card) => end(card) - box(card).top < box(card).height / 2;
        return [...document.querySelectorAll('.card')].filter(isHalfEmpty).map((card) => card.id).join(' ');
        """);
  }

  private static void awaitText(String id, String text) {
    await(id + " is " + text).until(() -> browser.text(id), text::equals);
  }

  private static String withoutNumbers(String text) {
    return text.replaceAll("[\\d.,]+", "#");
  }

  /** How the page writes a moment that the status tells. */
  private static String clock(String instant) {
    var time = Instant.parse(instant).atZone(Browser.ZONE);
    boolean today = time.toLocalDate().equals(LocalDate.now(Browser.ZONE));
    return time.format(DateTimeFormatter.ofPattern(today ? "HH:mm:ss" : "d MMM, HH:mm", Locale.UK));
  }

  private static void show(Broker broker) {
    browser.open(broker.uri().resolve("/dashboard"));
  }

  private void release(Broker broker, long shard, long total) throws IOException {
    assertEquals(200, ask(broker, shard, total).readAnswer().status());
  }

  private void askForAll(Broker broker, int total) throws IOException {
    for (int id = 0; id < total; id++) {
      ask(broker, id, total);
    }
  }

  private FakeDiscord discord(int maxConcurrency) {
    return discord(FakeDiscord.builder().maxConcurrency(maxConcurrency));
  }

  private FakeDiscord discord(FakeDiscord.Builder builder) {
    return open(builder.start());
  }

  /** So slow that nothing is released a second time within a test. */
  private static Broker.Builder local() {
    return builder().interval(LONG);
  }

  private static Broker.Builder large(FakeDiscord discord) {
    return builder(discord)
        .interval(LONG)
        .brake(Brake.OFF); // a day of starts of a few shards goes by in a moment
  }
}
