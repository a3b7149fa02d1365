package io.github.gatewayqueue.broker.http;

import io.vertx.core.http.HttpHeaders;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Detects requests that a browser sends for another site's page. Any page can make a browser send a
 * request to an address that only this machine can reach. It could not read the response, but the
 * session start would be spent. Only browsers send these two headers.
 */
final class CrossSiteCheck {
  private static final Set<String> FOREIGN = Set.of("cross-site", "same-site");

  /**
   * Loopback hosts, with any port. No site can have its own name for one of these, and browsers
   * send the headers of this class to them. They do not for other addresses that lead here, such as
   * 0.0.0.0.
   */
  private static final Pattern LOOPBACK =
      Pattern.compile("(?i)(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d*)?");

  private CrossSiteCheck() {}

  static boolean sends(Exchange exchange) {
    String site = exchange.header("Sec-Fetch-Site");
    String origin = exchange.header(HttpHeaders.ORIGIN);
    return (site != null && FOREIGN.contains(site))
        || (origin != null && !isOwn(origin, "" + exchange.header(HttpHeaders.HOST)));
  }

  /**
   * Whether a request on loopback may be that of a site which has its own name lead to this machine
   * (DNS rebinding): for a browser it is then no other site's, and the page can read the answer.
   * The name is in Host, which no browser leaves out.
   */
  static boolean mayBeRebound(Exchange exchange) {
    String host = exchange.header(HttpHeaders.HOST);
    return host != null && !LOOPBACK.matcher(host).matches();
  }

  /** By host and port alone, because a proxy in front may speak TLS. */
  private static boolean isOwn(String origin, String host) {
    int scheme = origin.indexOf("://");
    return scheme >= 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }
}
