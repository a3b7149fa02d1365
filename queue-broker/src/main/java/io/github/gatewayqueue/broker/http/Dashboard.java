package io.github.gatewayqueue.broker.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Serves the page for operators and its files. */
final class Dashboard {
  static final String PATH = "/dashboard";

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private record File(String type, Buffer content) {}

  /** By path. */
  private final Map<String, File> files = new HashMap<>();

  Dashboard() {
    load(PATH, "index.html", "text/html; charset=utf-8");
    load(PATH + "/dashboard.js", "dashboard.js", "text/javascript; charset=utf-8");
    load(PATH + "/dashboard.css", "dashboard.css", "text/css; charset=utf-8");
  }

  private void load(String path, String name, String type) {
    try (InputStream content = Dashboard.class.getResourceAsStream("dashboard/" + name)) {
      if (content == null) {
        throw new IllegalStateException("the file " + name + " is missing from the module");
      }
      files.put(path, new File(type, Buffer.buffer(content.readAllBytes())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(String path) {
    return files.containsKey(path);
  }

  /** Answers a request for a path that it {@link #has}. */
  void answer(Exchange exchange) {
    File file = requireNonNull(files.get(exchange.path()));
    exchange
        .response()
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cache-Control", "no-store");
    exchange.answer(200, file.type(), file.content());
  }
}
