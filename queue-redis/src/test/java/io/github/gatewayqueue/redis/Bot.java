package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A {@link BotProcess} as the test that started it has it, and what it has told. */
final class Bot implements AutoCloseable {
  private static final String LOGGING = "logging.properties";

  private final Process process;
  private final Thread reader = Thread.ofVirtual().unstarted(this::read);
  private final List<Told> told = new ArrayList<>();

  /** A line of its output. */
  record Told(String what, long nanos, List<String> details) {
    static Told of(String line) {
      List<String> words = List.of(line.split(" ", -1));
      return new Told(
          words.getFirst(), Long.parseLong(words.get(1)), words.subList(2, words.size()));
    }
  }

  /**
   * Starts a process.
   *
   * @param files what comes first on its class path: see {@link #files}
   */
  Bot(Path files) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    process =
        new ProcessBuilder(
                java,
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dslf4j.internal.verbosity=ERROR",
                "-Djava.util.logging.config.file=" + files.resolve(LOGGING),
                "-cp",
                files + File.pathSeparator + classPath(),
                BotProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    reader.start();
  }

  /** Writes what is to come first on a class path: a script, and that no log is wanted. */
  static Path files(Path directory, String script) throws IOException {
    Path resources = directory.resolve(Bot.class.getPackageName().replace('.', '/'));
    Files.createDirectories(resources);
    Files.writeString(resources.resolve("queue.lua"), script);
    Files.writeString(directory.resolve(LOGGING), ".level=OFF\n");
    return directory;
  }

  /** Everything that this test runs on, modules or not. */
  private static String classPath() {
    Set<String> entries = new LinkedHashSet<>();
    entries.add(root(RedisQueue.class));
    entries.add(root(BotProcess.class));
    for (String property : List.of("jdk.module.path", "java.class.path")) {
      entries.addAll(List.of(System.getProperty(property, "").split(File.pathSeparator, -1)));
    }
    entries.remove("");
    return String.join(File.pathSeparator, entries);
  }

  private static String root(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    try {
      String url = String.valueOf(type.getResource(type.getSimpleName() + ".class"));
      if (url.startsWith("jar:")) {
        return Path.of(new URI(url.substring("jar:".length(), url.indexOf("!/")))).toString();
      }
      return Path.of(new URI(url.substring(0, url.length() - name.length()))).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void read() {
    try (BufferedReader in = process.inputReader(UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Told next = Told.of(line);
        synchronized (told) {
          told.add(next);
        }
      }
    } catch (IOException e) {
      // it is gone
    }
  }

  /** Returns what it has told since that was asked for last. */
  List<Told> takeTold() {
    synchronized (told) {
      List<Told> taken = List.copyOf(told);
      told.clear();
      return taken;
    }
  }

  /** Returns how often it has told something since {@link #takeTold}. */
  long count(String what) {
    synchronized (told) {
      return told.stream().filter(line -> line.what.equals(what)).count();
    }
  }

  /** Returns what the store knows it by, once it has acquired a start. */
  String name() {
    synchronized (told) {
      return told.stream()
          .filter(line -> line.what.equals("acquired"))
          .map(line -> StoreChecker.ownerOf(line.details.get(1)))
          .reduce((first, last) -> last)
          .orElse("");
    }
  }

  void command(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Has it stand still, or go on. */
  void freeze(boolean frozen) throws IOException, InterruptedException {
    signal(process.pid(), frozen ? "STOP" : "CONT");
  }

  static void signal(long pid, String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start();
    if (kill.waitFor() != 0) {
      throw new IOException("process " + pid + " could not be sent " + signal);
    }
  }

  /** Skips the test where there is no program to send a signal with. */
  static void assumeSignals() throws InterruptedException {
    try {
      new ProcessBuilder("kill", "-l").redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      abort("there is no program to send a signal with: " + e.getMessage());
    }
  }

  /** Ends it at once, as a crash does; returns when all that it told is here. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    reader.join();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
