package io.github.gatewayqueue.broker;

import io.vertx.core.http.HttpHeaders;
import java.util.Set;

/**
 * Whether a browser asks on behalf of another site's page. Any page can have a browser send a
 * request to an address that only this machine can reach; it could not read the answer, but the
 * session start would be spent. Who is no browser sends neither of the headers.
 */
final class CrossSite {
  private static final Set<String> FOREIGN = Set.of("cross-site", "same-site");

  private CrossSite() {}

  static boolean sends(Exchange exchange) {
    String site = exchange.header("Sec-Fetch-Site");
    String origin = exchange.header(HttpHeaders.ORIGIN);
    return (site != null && FOREIGN.contains(site))
        || (origin != null && !isOwn(origin, "" + exchange.header(HttpHeaders.HOST)));
  }

  /** By host and port alone, since a proxy in front may speak TLS. */
  private static boolean isOwn(String origin, String host) {
    int scheme = origin.indexOf("://");
    return scheme >= 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }
}
