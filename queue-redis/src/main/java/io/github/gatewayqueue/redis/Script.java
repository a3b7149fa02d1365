package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A script that the store executes.
 *
 * @param text what it says
 * @param sha what the store knows it by, once it has got it
 */
record Script(String text, String sha) {

  /** Loads a script of this package. */
  static Script load(String name) {
    try (InputStream script = Script.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException("the script " + name + " is missing from the module");
      }
      byte[] bytes = script.readAllBytes();
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return new Script(new String(bytes, UTF_8), HexFormat.of().formatHex(digest.digest(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  Object call(UnifiedJedis client, List<String> keys, List<String> arguments) {
    try {
      return client.evalsha(sha, keys, arguments);
    } catch (JedisNoScriptException e) {
      return client.eval(text, keys, arguments);
    }
  }
}
