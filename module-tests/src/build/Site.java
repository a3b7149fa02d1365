import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;

/**
 * Makes the site: the pages of the repository as HTML, and the Javadoc of all modules in one. Fails
 * if a link leads nowhere.
 *
 * <p>Arguments: the root of the repository, where the site goes, and where the repository is on the
 * web: links to files that are no pages lead there. The class path has what the modules need.
 */
record Site(Path root, Path site, String repository) {
  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());
  private static final Pattern MODULE = Pattern.compile("(?m)^(?:open )?module ([\\w.]+)");
  private static final Pattern LINK = Pattern.compile("\\b(?:href|src)=\"([^\"]*)\"");
  private static final Pattern ANCHOR = Pattern.compile("\\b(?:id|name)=\"([^\"]*)\"");
  private static final Pattern SCRIPT = Pattern.compile("(?s)<script[ >].*?</script>|<!--.*?-->");

  /** A page; its arguments are its title, the way to the root, and what is on it. */
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="UTF-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>%1$s</title>
      <link rel="stylesheet" href="%2$ssite.css">
      </head>
      <body>
      <nav><a href="%2$sindex.html">Gateway Queue</a> <a href="%2$sdocs/index.html">Guides</a>
      <a href="%2$sapi/index.html">API</a> <a href="%2$skdoc/index.html">API for Kord</a>
      <a href="%2$sCHANGELOG.html">Changes</a></nav>
      <main>
      %3$s</main>
      </body>
      </html>
      """;

  private static final String STYLE =
      """
      body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
      nav a { margin-right: 1rem; }
      pre { background: #f4f4f4; overflow-x: auto; padding: .75rem; }
      code { font-size: .9em; }
      table { border-collapse: collapse; display: block; overflow-x: auto; }
      td, th { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top; }
      """;

  public static void main(String[] args) throws IOException {
    new Site(Path.of(args[0]).toRealPath(), Path.of(args[1]).toAbsolutePath().normalize(), args[2])
        .make();
  }

  private void make() throws IOException {
    delete();
    Files.createDirectories(site);
    javadoc();
    kdoc();
    Files.writeString(site.resolve("site.css"), STYLE);
    List<Path> pages = pages();
    for (Path page : pages) {
      write(page);
    }
    List<String> broken = broken();
    broken.forEach(System.err::println);
    if (!broken.isEmpty()) {
      System.exit(1);
    }
    System.out.println("site: " + pages.size() + " pages and the API, in " + site);
  }

  private void delete() throws IOException {
    if (Files.exists(site)) {
      try (Stream<Path> files = Files.walk(site)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  // The API

  private void javadoc() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-quiet",
                "-Werror",
                "-Xdoclint:all",
                "-encoding",
                "UTF-8",
                "-notimestamp",
                "-d",
                site.resolve("api").toString(),
                "-windowtitle",
                "Gateway Queue",
                "-top",
                "<a href=\"{@docRoot}/../index.html\">Gateway Queue</a>"));
    Map<String, Path> modules = new TreeMap<>();
    List<Path> snippets = new ArrayList<>();
    for (Path folder : folders()) {
      Path descriptor = folder.resolve("src/main/java/module-info.java");
      if (folder.getFileName().toString().startsWith("queue-") && Files.exists(descriptor)) {
        var name = MODULE.matcher(Files.readString(descriptor));
        if (!name.find()) {
          throw new IllegalStateException(descriptor + " names no module");
        }
        modules.put(name.group(1), folder);
        snippets.add(folder.resolve("src/test/java"));
      }
    }
    modules.forEach((name, folder) -> {
      arguments.add("--module-source-path");
      arguments.add(name + "=" + folder.resolve("src/main/java"));
    });
    // Of Kotlin there are only classes.
    String kord = "io.github.gatewayqueue.kord";
    arguments.add("--patch-module");
    arguments.add(kord + "=" + modules.get(kord).resolve("target/classes"));
    arguments.addAll(List.of("--module", String.join(",", modules.keySet())));
    arguments.addAll(List.of("--snippet-path", joined(snippets)));
    arguments.addAll(List.of("--module-path", joined(libraries())));
    int status =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("javadoc failed, see above");
    }
  }

  /** What the modules need that is not of this build. */
  private List<Path> libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> !path.startsWith(root) && Files.isRegularFile(path))
        .toList();
  }

  private static String joined(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(joining(File.pathSeparator));
  }

  private List<Path> folders() throws IOException {
    try (Stream<Path> folders = Files.list(root)) {
      return folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))).sorted().toList();
    }
  }

  /** What Dokka has made of Kotlin. */
  private void kdoc() throws IOException {
    Path from = root.resolve("queue-kord/target/kdoc");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = site.resolve("kdoc").resolve(from.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
  }

  // The pages

  private List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.list(root)) {
      files.filter(Site::isPage).forEach(pages::add);
    }
    for (String folder : List.of("docs", "benchmarks")) {
      try (Stream<Path> files = Files.walk(root.resolve(folder))) {
        files
            .filter(file -> isPage(file) && !root.relativize(file).toString().contains("target"))
            .forEach(pages::add);
      }
    }
    return pages;
  }

  private static boolean isPage(Path file) {
    return file.toString().endsWith(".md");
  }

  private void write(Path page) throws IOException {
    Node document = Parser.builder().extensions(EXTENSIONS).build().parse(Files.readString(page));
    document.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Link link) {
            link.setDestination(destination(page, link.getDestination()));
            visitChildren(link);
          }
        });
    Path name = Path.of(html(root.relativize(page).toString()));
    Path target = site.resolve(name);
    Files.createDirectories(target.getParent());
    Files.writeString(
        target,
        PAGE.formatted(
            title(document),
            "../".repeat(name.getNameCount() - 1),
            HtmlRenderer.builder().extensions(EXTENSIONS).build().render(document)));
  }

  private static String title(Node document) {
    for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading) {
        String text = TextContentRenderer.builder().build().render(node);
        return text.replace("&", "&amp;").replace("<", "&lt;");
      }
    }
    return "Gateway Queue";
  }

  private static String html(String page) {
    return page.replaceFirst("\\bREADME\\.md$", "index.md").replaceFirst("\\.md$", ".html");
  }

  /** Pages of the site are linked to as HTML, other files of the repository where it is. */
  private String destination(Path page, String link) {
    if (link.matches("[a-z]+:.*|#.*")) {
      return link;
    }
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path file = page.resolveSibling(path).normalize();
    if (isPage(file)) {
      return html(path) + link.substring(path.length());
    }
    String kind = Files.isDirectory(file) ? "/tree/main/" : "/blob/main/";
    return repository + kind + root.relativize(file).toString().replace('\\', '/');
  }

  // Links

  /** Returns each link on a page of the site that leads to no file, or to no anchor in it. */
  private List<String> broken() throws IOException {
    Map<Path, Set<String>> anchors = new HashMap<>();
    Map<Path, Set<String>> links = new TreeMap<>();
    try (Stream<Path> files = Files.walk(site)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        boolean isHtml = file.toString().endsWith(".html");
        String text = isHtml ? SCRIPT.matcher(Files.readString(file)).replaceAll("") : "";
        anchors.put(file, groups(ANCHOR, text));
        // Dokka's own links to what it has not made are not ours to mend.
        if (!file.startsWith(site.resolve("kdoc"))) {
          links.put(file, groups(LINK, text));
        }
      }
    }
    List<String> broken = new ArrayList<>();
    links.forEach((file, found) -> {
      for (String link : found) {
        if (!leads(file, link, anchors)) {
          broken.add(site.relativize(file) + " links to " + link);
        }
      }
    });
    return broken;
  }

  private static boolean leads(Path file, String link, Map<Path, Set<String>> anchors) {
    if (link.matches("[a-z]+:.*") || link.isEmpty()) {
      return true;
    }
    String[] parts = link.split("#", 2);
    String path = parts[0].replaceFirst("\\?.*", "");
    Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
    Set<String> found = anchors.get(target);
    return found != null
        && (parts.length == 1
            || parts[1].isEmpty()
            || found.contains(URLDecoder.decode(parts[1].replace("+", "%2B"), UTF_8)));
  }

  private static Set<String> groups(Pattern pattern, String text) {
    Set<String> groups = new TreeSet<>();
    pattern.matcher(text).results().map(found -> unescaped(found.group(1))).forEach(groups::add);
    return groups;
  }

  private static String unescaped(String attribute) {
    return attribute.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }
}
