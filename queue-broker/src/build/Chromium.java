import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Finds a Chromium or Chrome and its chromedriver, which the test of the dashboard drives, and
 * writes where they are into a file of properties: {@code browser} and {@code driver}. If there is
 * none, Debian's are installed, where that is permitted; else the file says why not, as {@code
 * missing}, and the test is skipped.
 *
 * <p>Argument: the file.
 */
final class Chromium {
  private static final boolean WINDOWS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

  /** Names of programs and, for those that are seldom on the path, whole paths. */
  private static final List<String> BROWSERS =
      List.of(
          "chromium",
          "chromium-browser",
          "google-chrome",
          "google-chrome-stable",
          "/usr/lib/chromium/chromium",
          "/opt/google/chrome/chrome",
          "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
          "/Applications/Chromium.app/Contents/MacOS/Chromium",
          "%ProgramFiles%/Google/Chrome/Application/chrome.exe",
          "%ProgramFiles(x86)%/Google/Chrome/Application/chrome.exe",
          "%LOCALAPPDATA%/Google/Chrome/Application/chrome.exe",
          "%LOCALAPPDATA%/Chromium/Application/chrome.exe");

  /** GitHub's machines name a folder in a variable. */
  private static final List<String> DRIVERS =
      List.of(
          "chromedriver",
          "/usr/lib/chromium/chromedriver",
          "/usr/lib/chromium-browser/chromedriver",
          "%CHROMEWEBDRIVER%/chromedriver");

  private Chromium() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Properties found = find();
    if (found.size() < 2) {
      String failure = install();
      found = find();
      if (found.size() < 2) {
        found.setProperty(
            "missing", "the dashboard is not tested: no Chromium and chromedriver; " + failure);
        System.out.println(found.getProperty("missing"));
      }
    }
    Path file = Path.of(args[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (OutputStream out = Files.newOutputStream(file)) {
      found.store(out, null);
    }
  }

  private static Properties find() {
    Properties found = new Properties();
    first(BROWSERS).ifPresent(path -> found.setProperty("browser", path.toString()));
    first(DRIVERS).ifPresent(path -> found.setProperty("driver", path.toString()));
    return found;
  }

  private static java.util.Optional<Path> first(List<String> names) {
    return names.stream()
        .flatMap(Chromium::places)
        .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
        .findFirst();
  }

  /** Returns where a program may be: one place, or each folder of the path for a mere name. */
  private static Stream<Path> places(String name) {
    String program = WINDOWS && !name.endsWith(".exe") ? name + ".exe" : name;
    for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
      program = program.replace("%" + variable.getKey() + "%", variable.getValue());
    }
    if (program.contains("%") || (WINDOWS && program.startsWith("/"))) {
      return Stream.of();
    }
    if (program.contains("/")) {
      return Stream.of(Path.of(program));
    }
    String file = program;
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder.replace("\"", "")).resolve(file)); // Windows permits quotes
  }

  /** Returns why there is none afterwards, should there be none. */
  private static String install() throws IOException, InterruptedException {
    String byHand = "install them, or name them on the PATH";
    if (first(List.of("apt-get")).isEmpty()) {
      return byHand;
    }
    List<String> root = new ArrayList<>();
    if (!System.getProperty("user.name").equals("root")) {
      root.addAll(List.of("sudo", "-n"));
      if (first(List.of("sudo")).isEmpty() || !run(root, "true")) {
        return byHand + " (apt-get would take root)";
      }
    }
    System.out.println("no Chromium with chromedriver here: installing them");
    boolean installed =
        run(root, "apt-get", "update", "-qq")
            && run(
                root,
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "install",
                "-qq",
                "-y",
                "--no-install-recommends",
                "chromium",
                "chromium-driver",
                "fonts-dejavu-core");
    return installed ? "apt-get has installed something else" : "apt-get could not install them";
  }

  private static boolean run(List<String> before, String... command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(before);
    all.addAll(List.of(command));
    return new ProcessBuilder(all)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor()
        == 0;
  }
}
