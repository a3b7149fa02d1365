package io.github.gatewayqueue.fakediscord;

import java.io.ByteArrayOutputStream;
import java.util.zip.Deflater;

/**
 * Discord's {@code compress=zlib-stream}: all messages of a socket are one zlib stream, flushed
 * behind each of them, so that each ends in {@code 00 00 FF FF}. Not thread safe.
 */
final class ZlibStream implements AutoCloseable {
  private final Deflater deflater = new Deflater();
  private final byte[] chunk = new byte[1024];

  /** Returns the bytes of the stream that carry this message. */
  byte[] compress(byte[] message) {
    var out = new ByteArrayOutputStream();
    deflater.setInput(message);
    int length;
    do {
      length = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
      out.write(chunk, 0, length);
    } while (length == chunk.length);
    return out.toByteArray();
  }

  /** Gives back the native memory at once, a quarter of a megabyte. */
  @Override
  public void close() {
    deflater.end();
  }
}
