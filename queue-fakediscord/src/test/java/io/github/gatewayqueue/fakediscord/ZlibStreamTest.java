package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

class ZlibStreamTest {
  private static final byte[] SUFFIX = {0, 0, -1, -1};

  @Test
  void compress_messagesOfEveryLength_areOneStreamFlushedBehindEach() throws DataFormatException {
    // Random bytes do not compress, so that the output passes every multiple of the chunk's length.
    var random = new Random(1);
    try (var stream = new ZlibStream()) {
      var inflater = new Inflater();
      for (int length = 1; length < 3000; length++) {
        byte[] message = new byte[length];
        random.nextBytes(message);
        byte[] compressed = stream.compress(message);
        int suffixStart = compressed.length - SUFFIX.length;
        assertArrayEquals(SUFFIX, Arrays.copyOfRange(compressed, suffixStart, compressed.length));
        inflater.setInput(compressed);
        byte[] inflated = new byte[length + 1];
        assertEquals(length, inflater.inflate(inflated));
        assertArrayEquals(message, Arrays.copyOf(inflated, length));
      }
      inflater.end();
    }
  }

  @Test
  void compress_sameMessageAgain_isShorter() {
    byte[] message = new byte[500];
    new Random(1).nextBytes(message);
    try (var stream = new ZlibStream()) {
      int first = stream.compress(message).length;
      int second = stream.compress(message).length;
      assertTrue(second < first / 2, first + " then " + second);
    }
  }
}
