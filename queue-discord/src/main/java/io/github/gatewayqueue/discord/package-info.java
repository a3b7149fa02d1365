/**
 * Reads the session start limit of a bot from Discord's REST API: {@link
 * io.github.gatewayqueue.discord.DiscordSessionStartLimits}.
 */
@NullMarked
package io.github.gatewayqueue.discord;

import org.jspecify.annotations.NullMarked;
