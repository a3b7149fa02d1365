import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes the broker's app image: its jars, a run time of the modules that they need, a cache of
 * loaded classes with which it starts in a fraction of the time, and a zip of all of it.
 *
 * <p>Arguments: the build directory, the name of the main jar, the version, the moment that files
 * are of. The jars are in the folder app of the build directory.
 */
final class Image {
  private static final String NAME = "gateway-queue";
  private static final String MAIN = "io.github.gatewayqueue.broker.cli.Main";

  /** What the machine that builds may have set for a broker of its own, a Redis among it. */
  private static final String SETTINGS = "HOST|PORT|REDIS_URL|DISCORD_.*|GATEWAY_QUEUE_.*";

  /** An answer takes milliseconds: this turns a hang into a build that fails. */
  private static final int MAX_MILLIS = 60_000;

  /**
   * Found by name at run time, so that no tool sees that they are needed: TLS, recordings, and how
   * much of the CPU is used.
   */
  private static final List<String> BY_NAME = List.of("jdk.crypto.ec", "jdk.jfr", "jdk.management");

  /**
   * For many connections that wait in little memory, rather than for much to compute. Without
   * memory it ends, and its clients ask its successor: a broker that goes on would fail them.
   */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:MaxRAMPercentage=75",
          "-XX:+UseCompressedOops",
          "-XX:+ExitOnOutOfMemoryError",
          "-Xms16m",
          "-XX:NewSize=6m",
          "-XX:MaxNewSize=6m",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "-Dvertx.disableMetrics=true");

  /** What the JVM that is packed can keep of the classes that a run has loaded. */
  private enum Cache {
    /** Classes that are linked, and their objects: the JDK writes it in one go since 25. */
    AHEAD_OF_TIME("classes.aot", "-XX:AOTCacheOutput=", "-XX:AOTCache=", "-Xlog:aot=off"),
    /** Classes that are parsed. */
    CLASS_DATA(
        "classes.jsa",
        "-XX:ArchiveClassesAtExit=",
        "-XX:SharedArchiveFile=",
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off");

    private final String file;
    private final String writing;
    private final String reading;

    /** With moved jars the broker starts more slowly, without a warning each time. */
    private final List<String> silence;

    Cache(String file, String writing, String reading, String... silence) {
      this.file = file;
      this.writing = writing;
      this.reading = reading;
      this.silence = List.of(silence);
    }

    static Cache best() {
      return Runtime.version().feature() >= 25 ? AHEAD_OF_TIME : CLASS_DATA;
    }
  }

  private final Path target;
  private final Path jars;
  private final Path image;
  private final String mainJar;
  private final String version;
  private final FileTime moment;
  private final Cache cache = Cache.best();

  private Image(Path target, String mainJar, String version, Instant moment) {
    this.target = target;
    this.jars = target.resolve("app");
    this.image = target.resolve(NAME);
    this.mainJar = mainJar;
    this.version = version;
    this.moment = FileTime.from(moment);
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Image image = new Image(Path.of(args[0]), args[1], args[2], Instant.parse(args[3]));
    image.delete();
    image.pack();
    image.setTimes();
    image.cacheClasses();
    image.zip();
  }

  private void delete() throws IOException {
    if (Files.exists(image)) {
      try (Stream<Path> files = Files.walk(image)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void pack() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--type",
                "app-image",
                "--name",
                NAME,
                "--dest",
                target.toString(),
                "--input",
                jars.toString(),
                "--main-jar",
                mainJar,
                "--main-class",
                MAIN,
                "--app-version",
                version.replaceFirst("-.*", ""),
                "--add-modules",
                modules(),
                "--jlink-options",
                "--strip-java-debug-attributes --no-man-pages --no-header-files"
                    + " --generate-cds-archive"));
    for (String option : Stream.of(OPTIONS, cache.silence).flatMap(List::stream).toList()) {
      arguments.addAll(List.of("--java-options", option));
    }
    run("jpackage", arguments.toArray(String[]::new));
  }

  /**
   * Gives the files the times that they have in the zip. A cache of classes is used only with jars
   * and a run time of the times that they had when it was written, and is else passed over
   * silently.
   */
  private void setTimes() throws IOException {
    try (Stream<Path> files = Files.walk(image)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, moment);
      }
    }
  }

  /** Returns the modules of the JDK that the jars need. */
  private String modules() {
    String found =
        run(
            "jdeps",
            "--print-module-deps",
            "--ignore-missing-deps",
            "--multi-release",
            String.valueOf(Runtime.version().feature()),
            "--module-path",
            jars.toString(),
            "--add-modules",
            "ALL-MODULE-PATH",
            jars.resolve(mainJar).toString());
    Set<String> modules = new TreeSet<>(List.of(found.strip().split(",")));
    modules.addAll(BY_NAME);
    modules.removeIf(name -> ModuleFinder.ofSystem().find(name).isEmpty());
    return String.join(",", modules);
  }

  private static String run(String tool, String... arguments) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(output, true);
    int status = ToolProvider.findFirst(tool).orElseThrow().run(printed, printed, arguments);
    if (status != 0) {
      throw new IllegalStateException(tool + " " + List.of(arguments) + " failed: " + output);
    }
    return output.toString();
  }

  /** Serves one request of each kind, and keeps the classes that were loaded for it. */
  private void cacheClasses() throws IOException, InterruptedException {
    Path app = image.resolve("lib/app");
    Path file = app.resolve(cache.file).toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(
            image.resolve("bin/" + NAME).toString(),
            "serve",
            "--port",
            "0",
            "--start-delay",
            "0",
            "--interval",
            "0.001s");
    builder.environment().keySet().removeIf(name -> name.matches(SETTINGS));
    // quoted, as the variable is split at white space
    builder.environment().put("JAVA_TOOL_OPTIONS", '"' + cache.writing + file + '"');
    builder.redirectError(target.resolve("cache.log").toFile());
    Process broker = builder.start();
    try (var lines = broker.inputReader()) {
      String line = lines.readLine();
      while (line != null && !line.startsWith("listening on ")) {
        line = lines.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("the image does not start, see cache.log");
      }
      URI uri = URI.create(line.substring("listening on ".length()));
      for (String path :
          List.of("/?shard=1", "/status", "/metrics", "/dashboard", "/health/ready", "/x")) {
        read(uri.resolve(path), "*/*");
      }
      read(uri.resolve("/?shard=2"), "text/event-stream");
    } finally {
      broker.destroy();
    }
    if (!broker.waitFor(60, TimeUnit.SECONDS) || broker.exitValue() != 128 + 15) {
      throw new IllegalStateException("the image does not stop as it should");
    }
    if (!Files.exists(file)) {
      throw new IllegalStateException("the image has written no " + cache.file + ", see cache.log");
    }
    Files.writeString(
        app.resolve(NAME + ".cfg"),
        "java-options=" + cache.reading + "$APPDIR/" + cache.file + "\n",
        StandardOpenOption.APPEND);
  }

  private static void read(URI uri, String accept) throws IOException {
    var connection = (java.net.HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestProperty("Accept", accept);
    connection.setReadTimeout(MAX_MILLIS);
    try (var body =
        connection.getResponseCode() < 400
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      body.readAllBytes();
    }
  }

  /** With the files' permissions, which a plain zip of the JDK's does not keep. */
  private void zip() throws IOException {
    Path zip = target.resolve(NAME + "-" + version + ".zip").toAbsolutePath();
    Files.deleteIfExists(zip);
    Map<String, Object> options = Map.of("create", "true", "enablePosixFileAttributes", true);
    try (FileSystem entries = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), options);
        Stream<Path> files = Files.walk(image)) {
      for (Path file : files.sorted().toList()) {
        Path entry = entries.getPath("/" + target.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(entry);
        } else {
          Files.copy(file, entry);
        }
        Files.setPosixFilePermissions(entry, Files.getPosixFilePermissions(file));
        Files.setLastModifiedTime(entry, moment);
      }
    }
  }
}
