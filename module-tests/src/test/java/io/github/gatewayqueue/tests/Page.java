package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/**
 * A page of the documentation.
 *
 * @param file where it is
 * @param root what is on it
 */
record Page(Path file, Node root) {
  private static final Parser PARSER =
      Parser.builder().extensions(List.of(TablesExtension.create())).build();

  /** Returns every page of the repository but what a build leaves behind. */
  static List<Page> all() {
    try (Stream<Path> files = Files.walk(Reactor.ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.toString().replace('\\', '/').contains("/target/"))
          .sorted()
          .map(Page::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Page read(Path file) {
    try {
      return new Page(file, PARSER.parse(Files.readString(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the text of each block of code in a language, without a margin. */
  List<String> blocks(String language) {
    return nodes(FencedCodeBlock.class).stream()
        .filter(block -> language.equals(block.getInfo()))
        .map(block -> block.getLiteral().stripIndent().strip())
        .toList();
  }

  /** Returns what is in backquotes within a line. */
  List<String> codes() {
    return nodes(Code.class).stream().map(Code::getLiteral).toList();
  }

  /** Returns where the links and the images of the page lead. */
  Stream<String> destinations() {
    return Stream.concat(
        nodes(Link.class).stream().map(Link::getDestination),
        nodes(Image.class).stream().map(Image::getDestination));
  }

  /** Returns the names that GitHub gives the headings, to be linked to. */
  Set<String> anchors() {
    IdGenerator names = IdGenerator.builder().build();
    return nodes(Heading.class).stream().map(Page::text).map(names::generateId).collect(toSet());
  }

  /** Returns the rows of all tables, as the text of the cells. */
  List<List<String>> rows() {
    return nodes(TableRow.class).stream().map(Page::cells).toList();
  }

  /**
   * Returns the rows of the tables between a heading and the next one, as the text of the cells.
   */
  List<List<String>> rows(String heading) {
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (Node node = root.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading) {
        inside = text(node).equals(heading);
      } else if (inside) {
        for (TableRow row : in(node, TableRow.class)) {
          rows.add(cells(row));
        }
      }
    }
    return rows;
  }

  private static List<String> cells(TableRow row) {
    return in(row, TableCell.class).stream().map(Page::text).toList();
  }

  private static String text(Node node) {
    var text = new StringBuilder();
    node.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text part) {
            text.append(part.getLiteral());
          }

          @Override
          public void visit(Code part) {
            text.append(part.getLiteral());
          }

          @Override
          public void visit(SoftLineBreak part) {
            text.append(' ');
          }
        });
    return text.toString();
  }

  private <T extends Node> List<T> nodes(Class<T> type) {
    return in(root, type);
  }

  private static <T extends Node> List<T> in(Node node, Class<T> type) {
    List<T> found = new ArrayList<>();
    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
      if (type.isInstance(child)) {
        found.add(type.cast(child));
      }
      found.addAll(in(child, type));
    }
    return found;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
