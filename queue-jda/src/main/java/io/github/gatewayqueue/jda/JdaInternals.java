package io.github.gatewayqueue.jda;

import java.lang.reflect.Field;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.internal.JDAImpl;
import net.dv8tion.jda.internal.requests.WebSocketClient;
import net.dv8tion.jda.internal.utils.ShutdownReason;
import org.jspecify.annotations.Nullable;

/**
 * The internals of JDA that this module uses. ADR 11 says what is lost if a version of JDA lacks
 * one.
 */
final class JdaInternals {
  private JdaInternals() {}

  /** Makes JDA call {@code getGateway()} before it connects. Returns whether that worked. */
  static boolean forgetGateway(JDA jda) {
    try {
      ((JDAImpl) jda).resetGatewayUrl();
      return true;
    } catch (LinkageError | ClassCastException otherJda) {
      return false; // it calls that only after an attempt that failed
    }
  }

  /** Makes JDA skip the sleep before its next two attempts. Returns whether that worked. */
  static boolean skipBackOff(JDA jda) {
    try {
      Field seconds = WebSocketClient.class.getDeclaredField("reconnectTimeoutS");
      seconds.setAccessible(true);
      // JDA shifts it left before the second attempt: that gives 0.
      seconds.setInt(((JDAImpl) jda).getClient(), Integer.MIN_VALUE);
      return true;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError otherJda) {
      return false;
    }
  }

  /** Returns why Discord refuses the whole bot, of a JDA that has shut down, or null. */
  static @Nullable String refusal(JDA jda, boolean othersAreUp) {
    try {
      ShutdownReason reason = ((JDAImpl) jda).shutdownReason;
      boolean isOfShard = othersAreUp && reason.equals(ShutdownReason.INVALID_SHARDS);
      return reason.equals(ShutdownReason.USER_SHUTDOWN) || isOfShard ? null : reason.getReason();
    } catch (LinkageError | ClassCastException otherJda) {
      return null;
    }
  }
}
