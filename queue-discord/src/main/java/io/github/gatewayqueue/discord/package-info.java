/**
 * Reads the session start limit of a bot from Discord's REST API: {@link
 * io.github.gatewayqueue.discord.DiscordSessionStartLimitSource}.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.discord;

import org.jspecify.annotations.NullMarked;
