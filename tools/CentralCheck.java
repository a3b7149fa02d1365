import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Checks a folder of artifacts by the rules of Maven Central, so that an upload is not refused:
 * what each POM says, sources and Javadoc beside each jar, checksums, and signatures if there are
 * any.
 *
 * <p>{@code java tools/CentralCheck.java [--signed | --self-test] FOLDER}. With --signed it fails
 * without signatures. With --self-test it plants mistakes in copies, which it must find.
 */
final class CentralCheck {
  /**
   * What a POM must say once at least, as https://central.sonatype.org/publish/requirements asks.
   */
  private static final List<String> REQUIRED =
      List.of(
          "name",
          "description",
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/url",
          "scm/connection",
          "scm/developerConnection");

  private static final Map<String, String> CHECKSUMS =
      new TreeMap<>(
          Map.of(".md5", "MD5", ".sha1", "SHA-1", ".sha256", "SHA-256", ".sha512", "SHA-512"));

  /** The two without which Central refuses a file; the others are checked if they are there. */
  private static final List<String> REQUIRED_CHECKSUMS = List.of(".md5", ".sha1");

  private static final String SIGNATURE = ".asc";

  private final Path root;

  /** What gpg gets besides this process's. */
  private final Map<String, String> environment;

  private final List<String> mistakes = new ArrayList<>();
  private int artifacts;
  private int signatures;

  private CentralCheck(Path root, Map<String, String> environment) {
    this.root = root;
    this.environment = environment;
  }

  public static void main(String[] args) throws Exception {
    String option = args.length == 2 ? args[0] : "";
    if (args.length == 0
        || !List.of("", "--signed", "--self-test").contains(option)
        || !Files.isDirectory(Path.of(args[args.length - 1]))) {
      System.err.println("usage: java tools/CentralCheck.java [--signed | --self-test] FOLDER");
      System.exit(2);
    }
    Path folder = Path.of(args[args.length - 1]);
    if (option.equals("--self-test")) {
      new SelfTest(folder).run();
      return;
    }
    CentralCheck check = check(folder, option.equals("--signed"), Map.of());
    check.mistakes.forEach(System.err::println);
    if (!check.mistakes.isEmpty()) {
      System.exit(1);
    }
    System.out.printf(
        "central: %d artifacts and %d signatures are as Maven Central asks%n",
        check.artifacts, check.signatures);
  }

  private static CentralCheck check(Path folder, boolean isSigned, Map<String, String> environment)
      throws Exception {
    CentralCheck check = new CentralCheck(folder, environment);
    List<Path> files = files(folder);
    List<Path> poms = files.stream().filter(file -> file.toString().endsWith(".pom")).toList();
    if (poms.isEmpty()) {
      check.add(folder, "no POM, expected one for each artifact");
    }
    for (Path pom : poms) {
      check.checkArtifact(pom);
    }
    boolean wantsSignatures =
        isSigned || files.stream().anyMatch(file -> file.toString().endsWith(SIGNATURE));
    for (Path file : files.stream().filter(CentralCheck::isContent).toList()) {
      check.checkFolder(file);
      check.checkSums(file);
      if (wantsSignatures) {
        check.checkSignature(file);
      }
    }
    return check;
  }

  // A POM, and what is beside it

  private void checkArtifact(Path pom) throws Exception {
    artifacts++;
    Document document =
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(pom.toFile());
    for (String element : REQUIRED) {
      List<String> found = texts(document, "/project/" + element);
      if (found.isEmpty() || found.stream().anyMatch(String::isBlank)) {
        add(pom, "no " + element);
      }
    }
    String group = first(document, "groupId");
    String artifact = first(document, "artifactId");
    String version = first(document, "version");
    Path expected =
        root.resolve(group.replace('.', '/'))
            .resolve(artifact)
            .resolve(version)
            .resolve(artifact + "-" + version + ".pom");
    if (!pom.equals(expected)) {
      add(pom, "its coordinates are " + group + ":" + artifact + ":" + version);
    }
    for (String found : texts(document, "/project/version | //dependency/version")) {
      if (found.endsWith("-SNAPSHOT") || found.contains("${") || found.isBlank()) {
        add(pom, "version '" + found + "', expected a released one");
      }
    }
    String withoutVersion = "/project/dependencies/dependency[not(version)]/artifactId";
    for (String dependency : texts(document, withoutVersion)) {
      add(pom, "no version of " + dependency);
    }
    List<String> packaging = texts(document, "/project/packaging");
    if (!packaging.equals(List.of("pom"))) {
      for (String end : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
        Path file = pom.resolveSibling(artifact + "-" + version + end);
        if (!Files.exists(file)) {
          add(file, "is missing");
        }
      }
    }
  }

  private static String first(Document pom, String element) throws Exception {
    List<String> found = texts(pom, "/project/" + element);
    return found.isEmpty() ? "" : found.get(0);
  }

  private static List<String> texts(Document pom, String path) throws Exception {
    XPath xpath = XPathFactory.newDefaultInstance().newXPath();
    NodeList nodes = (NodeList) xpath.evaluate(path, pom, XPathConstants.NODESET);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }

  // A file

  /** Central refuses files that belong to no artifact of the folder. */
  private void checkFolder(Path file) {
    Path version = file.toAbsolutePath().getParent();
    String start = version.getParent().getFileName() + "-" + version.getFileName();
    if (!file.getFileName().toString().startsWith(start)
        || !Files.exists(version.resolve(start + ".pom"))) {
      add(file, "belongs to no artifact");
    }
  }

  private void checkSums(Path file) throws Exception {
    for (var checksum : CHECKSUMS.entrySet()) {
      Path sum = beside(file, checksum.getKey());
      if (Files.exists(sum)) {
        if (!Files.readString(sum).strip().equals(digest(file, checksum.getValue()))) {
          add(sum, "is not that of the file");
        }
      } else if (REQUIRED_CHECKSUMS.contains(checksum.getKey())) {
        add(sum, "is missing");
      }
    }
  }

  private static String digest(Path file, String algorithm) throws Exception {
    byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  private void checkSignature(Path file) throws Exception {
    Path signature = beside(file, SIGNATURE);
    if (!Files.exists(signature)) {
      add(signature, "is missing");
      return;
    }
    signatures++;
    String output = gpg(environment, "--verify", signature.toString(), file.toString());
    if (!output.isEmpty()) {
      add(signature, output);
    }
  }

  /** Runs GnuPG; returns what it prints if it fails, or nothing. */
  private static String gpg(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("gpg", "--batch", "--quiet"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return String.valueOf(e.getMessage()); // there is none
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return process.waitFor() == 0 ? "" : "gpg: " + output;
  }

  /** Whether a file is neither a checksum nor a signature. */
  private static boolean isContent(Path file) {
    String name = file.toString();
    return CHECKSUMS.keySet().stream().noneMatch(name::endsWith) && !name.endsWith(SIGNATURE);
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void add(Path file, String what) {
    mistakes.add(root.relativize(file) + ": " + what);
  }

  // Its own test

  /** Makes a change in the folder of an artifact. */
  private interface Change {
    void make(Path artifact) throws Exception;
  }

  /** Copies one artifact of a stage, and plants one mistake after the other in it. */
  private static final class SelfTest {
    private static final String ARTIFACT = "queue-api";

    private final Path stage;
    private final Path work;
    private final Map<String, String> environment;
    private Change before = artifact -> {};
    private int found;

    SelfTest(Path stage) throws IOException {
      this.stage = stage;
      work = Files.createTempDirectory("central");
      environment = Map.of("GNUPGHOME", Files.createTempDirectory(work, "gnupg").toString());
    }

    void run() throws Exception {
      try {
        findMistakes();
        if (gpg(environment, "--version").isEmpty()) {
          findMistakesInSignatures();
        } else {
          System.out.println("central: signatures are not tried, gpg does not run");
        }
      } finally {
        delete(work);
      }
      System.out.println("central: " + found + " planted mistakes are found");
    }

    private void findMistakes() throws Exception {
      findInPom("<name>[^<]*</name>", "", ": no name");
      findInPom("<description>[^<]*<", "<description> <", ": no description");
      findInPom("\n  <url>.*?</url>", "", ": no url");
      findInPom("<licenses>.*</licenses>", "", ": no licenses/license/url");
      findInPom("<developers>.*</developers>", "", ": no developers/developer/name");
      findInPom("<scm.*</scm>", "", ": no scm/connection");
      findInPom("(<dependency>.*?<version>)[^<]*", "$11-SNAPSHOT", ": version '1-SNAPSHOT'");
      findInPom("(<dependency>.*?)<version>[^<]*</version>", "$1", ": no version of jspecify");
      findInPom("<artifactId>" + ARTIFACT, "<artifactId>queue-other", ": its coordinates are");
      find("-sources.jar: is missing", artifact -> Files.delete(file(artifact, "-sources.jar")));
      find("-javadoc.jar: is missing", artifact -> Files.delete(file(artifact, "-javadoc.jar")));
      find(".jar.md5: is missing", artifact -> Files.delete(file(artifact, ".jar.md5")));
      find(".jar.sha1: is not that", artifact -> Files.writeString(file(artifact, ".jar"), "-"));
      find(".txt: belongs to no", artifact -> Files.writeString(artifact.resolve("a.txt"), "-"));
      find("no POM", artifact -> Files.delete(file(artifact, ".pom")));
    }

    /** Signs with a key that is only in the folder of this test. */
    private void findMistakesInSignatures() throws Exception {
      require(gpg(environment, "--passphrase", "", "--quick-generate-key", "a@example.org"));
      before =
          artifact -> {
            for (Path file : files(artifact)) {
              Files.deleteIfExists(beside(file, SIGNATURE));
              if (isContent(file)) {
                require(gpg(environment, "--armor", "--detach-sign", file.toString()));
              }
            }
          };
      find(".pom.asc: is missing", artifact -> Files.delete(file(artifact, ".pom.asc")));
      find(
          ".jar.asc: gpg: ",
          artifact ->
              Files.copy(file(artifact, ".pom.asc"), file(artifact, ".jar.asc"), REPLACE_EXISTING));
    }

    private void findInPom(String pattern, String replacement, String expected) throws Exception {
      find(
          expected,
          artifact -> {
            Path pom = file(artifact, ".pom");
            String text = Files.readString(pom);
            String changed =
                Pattern.compile(pattern, Pattern.DOTALL).matcher(text).replaceFirst(replacement);
            if (changed.equals(text)) {
              throw new IllegalStateException(pattern + " is not in " + pom);
            }
            Files.writeString(pom, changed);
          });
    }

    /** Without the change there must be no mistake; with it this one, among others it may cause. */
    private void find(String expected, Change change) throws Exception {
      Path copy = work.resolve("copy");
      Path artifact = copyArtifact(copy);
      before.make(artifact);
      require(String.join("\n", check(copy, false, environment).mistakes));
      change.make(artifact);
      List<String> mistakes = check(copy, false, environment).mistakes;
      if (mistakes.stream().noneMatch(mistake -> mistake.contains(expected))) {
        throw new IllegalStateException("expected '" + expected + "', found " + mistakes);
      }
      found++;
      delete(copy);
    }

    private Path copyArtifact(Path copy) throws IOException {
      Path folder = null;
      for (Path file : files(stage)) {
        if (file.getParent().getParent().endsWith(ARTIFACT)
            && !file.toString().endsWith(SIGNATURE)) {
          Path copied = copy.resolve(stage.relativize(file).toString());
          folder = Files.createDirectories(copied.getParent());
          Files.copy(file, copied);
        }
      }
      if (folder == null) {
        throw new IllegalStateException(ARTIFACT + " is not in " + stage);
      }
      return folder;
    }

    /** Returns the file of an artifact whose name ends so after the version. */
    private static Path file(Path artifact, String end) {
      String name = artifact.getParent().getFileName() + "-" + artifact.getFileName() + end;
      return artifact.resolve(name);
    }

    private static void require(String mistakes) {
      if (!mistakes.isEmpty()) {
        throw new IllegalStateException(mistakes);
      }
    }

    private static void delete(Path folder) throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
