package io.github.gatewayqueue.fakediscord;

/** The close codes of Discord's gateway that this one uses, in Discord's words. */
enum CloseCode {
  UNKNOWN_OPCODE(4001, "Unknown opcode."),
  DECODE_ERROR(4002, "Error while decoding payload."),
  NOT_AUTHENTICATED(4003, "Not authenticated."),
  AUTHENTICATION_FAILED(4004, "Authentication failed."),
  ALREADY_AUTHENTICATED(4005, "Already authenticated."),
  INVALID_SEQ(4007, "Invalid seq."),
  INVALID_SHARD(4010, "Invalid shard."),
  INVALID_API_VERSION(4012, "Invalid API version.");

  private final int code;
  private final String reason;

  CloseCode(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  int code() {
    return code;
  }

  String reason() {
    return reason;
  }
}
