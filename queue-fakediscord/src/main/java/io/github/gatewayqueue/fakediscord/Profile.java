package io.github.gatewayqueue.fakediscord;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The bot whose token this Discord accepts, with as few properties as the common libraries need to
 * start.
 */
final class Profile {
  private static final String ID = "1000000000000000000";

  private Profile() {}

  static JsonObject user() {
    return new JsonObject()
        .put("id", ID)
        .put("username", "fake-bot")
        .put("discriminator", "0")
        .putNull("global_name")
        .putNull("avatar")
        .put("bot", true)
        .put("mfa_enabled", false)
        .put("verified", true)
        .putNull("email")
        .put("flags", 0);
  }

  static JsonObject application() {
    return new JsonObject()
        .put("id", ID)
        .put("name", "fake-bot")
        .putNull("icon")
        .put("description", "")
        .put("summary", "")
        .put("rpc_origins", new JsonArray())
        .put("bot_public", false)
        .put("bot_require_code_grant", false)
        .put("verify_key", "")
        .put("owner", user())
        .putNull("team")
        .put("flags", 0);
  }

  static JsonObject partialApplication() {
    return new JsonObject().put("id", ID).put("flags", 0);
  }
}
