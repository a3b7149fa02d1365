package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.gatewayqueue.testsupport.Await;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A socket that speaks HTTP as it is told, right or wrong. */
final class RawConnection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  /** An answer; its headers by their names in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {
    @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  RawConnection(int port) throws IOException {
    this(port, new Socket());
  }

  private RawConnection(int port, Socket socket) throws IOException {
    this.socket = socket;
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout((int) Await.HANG.toMillis());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** A connection for which the system keeps little that nobody has read yet. */
  static RawConnection keepingLittle(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 * 1024);
    return new RawConnection(port, socket);
  }

  /** Asks for a session start, in the plain form. */
  static RawConnection asking(int port, long shard, long total) throws IOException {
    RawConnection connection = new RawConnection(port);
    connection.send(
        "GET /?shard=" + shard + "&total=" + total + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return connection;
  }

  void send(String text) throws IOException {
    send(text.getBytes(ISO_8859_1));
  }

  /** Asks for a shard in a form that the header {@code Accept} chooses. */
  void ask(int shard, String accept) throws IOException {
    send(
        "GET /?shard=%s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\n\r\n"
            .formatted(shard, accept));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Says that nothing more will be sent. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a reset rather than an orderly end. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  Answer readAnswer() throws IOException {
    return readAnswer(true);
  }

  /** Reads an answer, which has no body if it is one to HEAD. */
  Answer readAnswer(boolean hasBody) throws IOException {
    String statusLine = readLine();
    if (!statusLine.matches("HTTP/1\\.[01] \\d{3} .*")) {
      throw new IOException("no status line: " + statusLine);
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (status == 100 || !hasBody) {
      return new Answer(status, headers, "");
    }
    return new Answer(status, headers, readBody(headers));
  }

  private String readBody(Map<String, String> headers) throws IOException {
    String length = headers.get("content-length");
    if (length != null) {
      return new String(in.readNBytes(Integer.parseInt(length)), ISO_8859_1);
    }
    if (!"chunked".equals(headers.get("transfer-encoding"))) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
    StringBuilder body = new StringBuilder();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      body.append(new String(in.readNBytes(size), ISO_8859_1));
      readLine();
    }
    readLine();
    return body.toString();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(readLine(), 16);
  }

  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("closed after: " + line.toString(ISO_8859_1));
      }
      line.write(b);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  /** Waits until the server closes, and returns what it sent before. */
  String readToEnd() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      in.transferTo(rest);
    } catch (SocketException e) { // a reset is an end, too
      if (!"Connection reset".equals(e.getMessage())) {
        throw e;
      }
    }
    return rest.toString(ISO_8859_1);
  }

  /** Whether there is something to read, be it the end. */
  boolean hasInput() throws IOException {
    return in.available() > 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
