package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.neovisionaries.ws.client.WebSocketFactory;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.testsupport.Await;
import java.net.URI;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.events.session.ShutdownEvent;
import net.dv8tion.jda.api.hooks.EventListener;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;
import net.dv8tion.jda.api.utils.SessionController;

/** A real bot on JDA that knows no Discord but the one it is given. */
record TestBot(FakeDiscord discord, SessionController controller, ShardManager manager)
    implements AutoCloseable {
  /** JDA says much of what tests do to it on purpose; kept, as loggers are forgotten otherwise. */
  private static final Logger JDA_LOG = Logger.getLogger("net.dv8tion.jda");

  static {
    JDA_LOG.setLevel(Level.OFF);
  }

  /** Starts all shards from 0 on, and waits for nothing. */
  static TestBot start(FakeDiscord discord, SessionController controller, int shards) {
    return start(discord, controller, IntStream.range(0, shards).boxed().toList(), shards);
  }

  static TestBot start(
      FakeDiscord discord, SessionController controller, Collection<Integer> ids, int total) {
    return new TestBot(discord, controller, start(discord.restUri(), controller, ids, total));
  }

  static ShardManager start(
      URI rest, SessionController controller, Collection<Integer> ids, int total) {
    return DefaultShardManagerBuilder.createLight(
            FakeDiscord.DEFAULT_TOKEN, Collections.emptyList())
        .setShardsTotal(total)
        .setShards(ids)
        .setSessionController(controller)
        .setRestConfigProvider(id -> new RestConfig().setBaseUrl(rest + "/"))
        .setUseShutdownNow(true)
        // Ten seconds each, otherwise: a machine that stands still would end a connection.
        .setWebsocketFactory(
            new WebSocketFactory()
                .setConnectionTimeout((int) Await.HANG.toMillis())
                .setSocketTimeout((int) Await.HANG.toMillis()))
        .setEnableShutdownHook(false)
        .build();
  }

  JDA shard(int id) {
    return Objects.requireNonNull(manager.getShardById(id));
  }

  /** How many shards are up. */
  int connected() {
    return (int)
        manager.getShardCache().stream()
            .filter(shard -> shard.getStatus() == JDA.Status.CONNECTED)
            .count();
  }

  void awaitConnected(int shards) {
    Await.await()
        .untilAsserted(() ->
            assertEquals(
                shards,
                connected(),
                () -> "%s%n%s%n%s".formatted(manager.getStatuses(), controller, discord)));
  }

  void awaitAccepted(int identifies) {
    Await.until(() -> discord.score().count(Verdict.ACCEPTED) >= identifies);
  }

  /**
   * Shuts down, and waits until all shards have. JDA says of each that it has, once; then its
   * status may still become that of a connection which ends after that, and stay so.
   */
  @Override
  public void close() {
    Set<JDA> ended = ConcurrentHashMap.newKeySet();
    EventListener listener =
        event -> {
          if (event instanceof ShutdownEvent) {
            ended.add(event.getJDA());
          }
        };
    manager.addEventListener(listener);
    manager.shutdown();
    Await.await()
        .untilAsserted(() ->
            assertTrue(
                manager.getShardCache().stream()
                    .allMatch(
                        shard -> shard.getStatus() == JDA.Status.SHUTDOWN || ended.contains(shard)),
                () -> "%s%n%s%n%s".formatted(manager.getStatuses(), controller, discord)));
  }
}
