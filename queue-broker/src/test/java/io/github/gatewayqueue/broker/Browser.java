package io.github.gatewayqueue.broker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/**
 * A headless Chromium, one window at a time. What the page says is read by one script at a time,
 * because its nodes may change between any two.
 */
final class Browser implements AutoCloseable {
  /** Where the page's reader is: not where this machine is, most likely. */
  static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

  /** The name of a site that leads to this machine. */
  static final String REBOUND = "rebound.example";

  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path SCREENSHOTS = TARGET.resolve("screenshots");

  private static final String RECORD_ALERTS =
      """
      window.alerts = [];
      document.addEventListener("DOMContentLoaded", () => {
        const alert = document.querySelector("[role=alert]");
        const record = () => alert.textContent && window.alerts.push(alert.textContent);
        if (alert) new MutationObserver(record).observe(alert, { childList: true });
      });
      """;

  private final ChromeDriver driver;
  private final String axe;

  Browser() throws IOException {
    Properties found = found();
    System.setProperty(
        ChromeDriverService.CHROME_DRIVER_EXE_PROPERTY,
        requireNonNull(found.getProperty("driver")));
    var options = new ChromeOptions();
    options.setBinary(requireNonNull(found.getProperty("browser")));
    options.addArguments(
        "--headless=new",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-sync",
        "--hide-scrollbars",
        "--host-resolver-rules=MAP " + REBOUND + " 127.0.0.1",
        "--no-first-run",
        "--user-data-dir=" + Files.createTempDirectory(TARGET, "profile"));
    if (System.getProperty("user.name").equals("root")) {
      options.addArguments("--no-sandbox"); // Chromium's sandbox refuses to work for root.
    }
    options.setCapability(
        ChromeOptions.LOGGING_PREFS, Map.of(LogType.BROWSER, "ALL", LogType.PERFORMANCE, "ALL"));
    try (InputStream in = requireNonNull(ClassLoader.getSystemResourceAsStream("axe.min.js"))) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    driver = new ChromeDriver(options);
  }

  private static Properties found() throws IOException {
    var found = new Properties();
    try (InputStream in =
        Files.newInputStream(Path.of(requireNonNull(System.getProperty("chromium.properties"))))) {
      found.load(in);
    }
    return found;
  }

  /** Skips the tests if there is no browser here, and says why. */
  static void assumeThereIsOne() throws IOException {
    String missing = found().getProperty("missing");
    assumeTrue(missing == null, missing);
  }

  /** Goes on in a new window, with nothing left of the one before. */
  void openWindow() {
    String before = driver.getWindowHandle();
    driver.switchTo().newWindow(WindowType.TAB);
    String opened = driver.getWindowHandle();
    driver.switchTo().window(before).close();
    driver.switchTo().window(opened);
    cdp("Network.clearBrowserCookies", Map.of());
    cdp("Network.clearBrowserCache", Map.of());
    zone(ZONE.getId());
    cdp("Page.addScriptToEvaluateOnNewDocument", Map.of("source", RECORD_ALERTS));
  }

  void open(URI page) {
    driver.get(page.toString());
  }

  /**
   * Sets the size of the window, in CSS pixels; narrower than a real window could be, if need be.
   */
  void resize(int width, int height) {
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Sets the time zone of the page's reader, for pages that are opened from now on. */
  void zone(String id) {
    cdp("Emulation.setTimezoneOverride", Map.of("timezoneId", id));
  }

  /** Sets what the page is told that its reader prefers: {@code light} or {@code dark}. */
  void prefer(String scheme) {
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private Map<String, Object> cdp(String command, Map<String, Object> parameters) {
    return driver.executeCdpCommand(command, parameters);
  }

  /** Presses a key, wherever the focus is. */
  void press(Keys key) {
    new Actions(driver).sendKeys(key).perform();
  }

  /** Runs the body of a function in the page, and returns what that returns. */
  @Nullable Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Returns the text of an element as it is seen; empty if it is not to be seen. */
  String text(String id) {
    return string(
        "const e = document.getElementById(arguments[0]);"
            + "return e.checkVisibility() ? e.innerText.replace(/\\s+/g, ' ').trim() : '';",
        id);
  }

  /** Returns the text of each cell of each row in the body of a table that can be seen. */
  List<List<String>> rows(String id) {
    var rows = new ArrayList<List<String>>();
    Object found =
        run(
            "return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')]"
                + ".filter((row) => row.checkVisibility())"
                + ".map((row) => [...row.cells].map((cell) => cell.innerText.trim()))",
            id);
    for (Object row : (List<?>) requireNonNull(found)) {
      rows.add(((List<?>) row).stream().map(String::valueOf).toList());
    }
    return rows;
  }

  /** Returns what the page has announced as an alert, oldest first. */
  List<String> alerts() {
    return strings(run("return window.alerts"));
  }

  String string(String script, Object... arguments) {
    return String.valueOf(run(script, arguments));
  }

  long number(String script, Object... arguments) {
    return ((Number) requireNonNull(run(script, arguments))).longValue();
  }

  /** Returns what axe-core finds wrong with the page as it is now. */
  List<String> inaccessible() {
    if (string("return typeof window.axe").equals("undefined")) {
      run(axe);
    }
    Object violations =
        driver.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "axe.run(document, { resultTypes: ['violations'] }).then((result) =>"
                + " done(result.violations.flatMap((rule) => rule.nodes.map((node) =>"
                + " `${rule.id} ${node.target}: ${node.failureSummary}`))),"
                + " (failure) => done([String(failure)]));");
    return strings(violations);
  }

  /**
   * Returns what Chromium complained about since this was called last: errors and warnings of
   * scripts, refused policies, failed requests.
   */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::toString)
        .toList();
  }

  /** Returns the URL of every request since this was called last. */
  List<URI> requests() {
    return driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
        .map(entry -> new JsonObject(entry.getMessage()).getJsonObject("message"))
        .filter(event -> event.getString("method").equals("Network.requestWillBeSent"))
        .map(event -> event.getJsonObject("params").getJsonObject("request").getString("url"))
        .map(URI::create)
        .toList();
  }

  /** Writes the whole page, not only what fits the window, to the folder of screenshots. */
  void screenshot(String name) throws IOException {
    Object png =
        cdp("Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"))
            .get("data");
    Files.createDirectories(SCREENSHOTS);
    Files.write(
        SCREENSHOTS.resolve(name + ".png"), Base64.getDecoder().decode(String.valueOf(png)));
  }

  private static List<String> strings(@Nullable Object list) {
    return ((List<?>) requireNonNull(list)).stream().map(String::valueOf).toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
