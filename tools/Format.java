import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds every Java source below a folder to google-java-format: {@code java Format.java check|apply
 * FOLDER}. With {@code check} nothing is written; the exit code is 1 if a file differs.
 */
final class Format {
  private Format() {}

  public static void main(String[] args) throws IOException, FormatterException {
    if (args.length != 2 || !List.of("check", "apply").contains(args[0])) {
      System.err.println("usage: Format check|apply FOLDER, got " + List.of(args));
      System.exit(2);
    }
    boolean apply = args[0].equals("apply");
    Path folder = Path.of(args[1]);
    int different = 0;
    for (Path source : sources(folder)) {
      String before = Files.readString(source);
      String after = format(before);
      if (before.equals(after)) {
        continue;
      }
      different++;
      if (apply) {
        Files.writeString(source, after);
      }
      System.err.println((apply ? "formatted " : "not formatted: ") + folder.relativize(source));
    }
    if (different > 0 && !apply) {
      System.err.println("to format them: mvn process-sources -N -Dformat=apply");
      System.exit(1);
    }
  }

  private static String format(String source) throws FormatterException {
    String imports = ImportOrderer.reorderImports(source, Style.GOOGLE);
    return new Formatter().formatSource(RemoveUnusedImports.removeUnusedImports(imports));
  }

  private static List<Path> sources(Path folder) throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            String name = dir.getFileName().toString();
            return name.equals("target") || name.equals(".git")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }
}
