package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;

/** A wall clock of its own for a server that is linked dynamically: a small library preloaded. */
final class ServerClock {
  private final Path library;
  private final Path offset;

  /** Compiles the library, or skips the test where that cannot be done. */
  ServerClock(Path directory) throws IOException, InterruptedException {
    library = directory.resolve("clock.so");
    offset = Files.write(directory.resolve("offset"), new byte[Long.BYTES]);
    Path source = Path.of("src", "test", "c", "clock.c");
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      abort("there is no C compiler: " + e.getMessage());
      throw e;
    }
    String told = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    if (compiler.waitFor() != 0) {
      throw new IllegalStateException(source + " does not compile: " + told);
    }
  }

  /** Returns what a server needs in its environment. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "CLOCK_OFFSET", offset.toString());
  }

  /** Sets the clock to so much ahead of this machine's. */
  void set(Duration ahead) throws IOException {
    ByteBuffer micros = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    micros.putLong(ahead.toNanos() / 1000).flip();
    try (FileChannel file = FileChannel.open(offset, StandardOpenOption.WRITE)) {
      file.write(micros, 0); // in one write: the server may read it meanwhile
    }
  }
}
