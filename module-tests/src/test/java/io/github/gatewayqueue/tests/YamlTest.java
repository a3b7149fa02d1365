package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What is in YAML, in files and on pages, can be read. */
class YamlTest {
  /** Reads all documents of a text; a key that is there twice is an error. */
  static List<Map<?, ?>> read(String yaml) {
    Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
    List<Map<?, ?>> documents = new ArrayList<>();
    load.loadAllFromString(yaml).forEach(document -> documents.add((Map<?, ?>) document));
    return documents;
  }

  @Test
  void files_areValid() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder : List.of(".github", "queue-broker/deploy")) {
      try (Stream<Path> found = Files.walk(Reactor.ROOT.resolve(folder))) {
        files.addAll(found.filter(file -> file.toString().matches(".*\\.ya?ml")).toList());
      }
    }
    assertTrue(files.size() > 4, files.toString());
    for (Path file : files) {
      assertFalse(read(Files.readString(file)).isEmpty(), file.toString());
    }
  }

  @Test
  void blocksOnPages_areValid() {
    for (Page page : Page.all()) {
      for (String block : page.blocks("yaml")) {
        assertFalse(read(block).isEmpty(), page.toString());
      }
    }
  }

  @Test
  void mistakes_areFound() {
    for (String mistake : List.of("a: 1\na: 2", "a: b: c", "a:\n\t- b", "a: [")) {
      assertThrows(YamlEngineException.class, () -> read(mistake), mistake);
    }
  }
}
