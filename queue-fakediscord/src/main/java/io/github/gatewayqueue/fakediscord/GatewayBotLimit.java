package io.github.gatewayqueue.fakediscord;

/** The session start limit as {@code GET /gateway/bot} tells it. */
record GatewayBotLimit(int total, int remaining, long resetAfterMillis, int maxConcurrency) {}
