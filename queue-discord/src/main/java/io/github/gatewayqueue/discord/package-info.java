/**
 * Reads the session start limit of a bot from Discord's REST API. Start with {@link
 * io.github.gatewayqueue.discord.DiscordSessionStartLimitSource}. {@code GatewayBotBody} reads what
 * Discord answers, and {@code RequestPause} says until when Discord must not be asked.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.discord;

import org.jspecify.annotations.NullMarked;
