package io.github.gatewayqueue.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathNodes;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The modules of this build, by their POMs. */
final class Reactor {
  static final Path ROOT = Path.of("..");

  private Reactor() {}

  /** Returns the folder of each module, the root's own left out. */
  static List<Path> folders() {
    return folders(ROOT);
  }

  private static List<Path> folders(Path parent) {
    return texts(parent.resolve("pom.xml"), "//modules/module").stream()
        .map(parent::resolve)
        .flatMap(folder -> Stream.concat(Stream.of(folder), folders(folder).stream()))
        .toList();
  }

  /** Returns the folder of each module that has a descriptor and is published. */
  static List<Path> published() {
    return folders().stream()
        .filter(folder -> folder.getFileName().toString().startsWith("queue-"))
        .filter(folder -> Files.exists(folder.resolve("src/main/java/module-info.java")))
        .toList();
  }

  /** Returns the Java sources below a folder of a module; none if there is no such folder. */
  static List<Path> sources(Path folder, String under) {
    return sources(folder, under, ".java");
  }

  /** Returns the sources whose names end so below a folder of a module. */
  static List<Path> sources(Path folder, String under, String end) {
    Path from = folder.resolve(under);
    if (!Files.exists(from)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(from)) {
      return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the text of each element of a POM that an XPath leads to. */
  static List<String> texts(Path pom, String path) {
    try {
      Document document =
          DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(pom.toFile());
      XPath xpath = XPathFactory.newDefaultInstance().newXPath();
      List<String> texts = new ArrayList<>();
      for (Node node : xpath.evaluateExpression(path, document, XPathNodes.class)) {
        texts.add(node.getTextContent());
      }
      return texts;
    } catch (IOException
        | ParserConfigurationException
        | SAXException
        | XPathExpressionException e) {
      throw new IllegalStateException(pom.toString(), e);
    }
  }
}
