package io.github.gatewayqueue.discord4j;

import discord4j.common.close.CloseException;
import discord4j.common.close.CloseStatus;
import discord4j.gateway.ShardInfo;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.SafeLogger;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** One connection of a shard: asks the queue for a start, and reports what became of it. */
final class ShardConnection {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.discord4j"));

  /** Not one of Discord's, but in the range that WebSockets leave to applications, as theirs. */
  private static final int CLOSE_CODE = 4900;

  private final ShardInfo shard;
  private final GatewayQueue queue;
  private final ThreadPoolExecutor bucket;
  private final Map<ShardInfo, SessionStart> unanswered;

  // Guarded by this.
  private @Nullable SessionStart start;
  private boolean isSent;
  private boolean hasEnded;

  ShardConnection(
      ShardInfo shard,
      GatewayQueue queue,
      ThreadPoolExecutor bucket,
      Map<ShardInfo, SessionStart> unanswered) {
    this.shard = shard;
    this.queue = queue;
    this.bucket = bucket;
    this.unanswered = unanswered;
  }

  /** Holds back an IDENTIFY of the connection until the queue has released the shard. */
  Flux<ByteBuf> hold(Publisher<ByteBuf> payloads) {
    return Flux.from(payloads).concatMap(this::hold).doFinally(how -> end());
  }

  private Flux<ByteBuf> hold(ByteBuf payload) {
    return Mono.just(payload)
        .delayUntil(held -> release())
        .filter(held -> send())
        .concatWith(Mono.fromRunnable(this::identified)); // once Discord4J has taken it
  }

  /** Completes when the queue has released the shard. */
  private Mono<Void> release() {
    return Mono.create(sink -> {
      var request = new FutureTask<>(() -> request(sink));
      try {
        bucket.execute(request);
      } catch (Error noThread) {
        if (bucket.remove(request)) { // else a thread has taken it all the same
          refuse(sink, noThread);
          return;
        }
      }
      sink.onCancel(() -> {
        request.cancel(true);
        bucket.remove(request);
      });
    });
  }

  private @Nullable Void request(MonoSink<Void> sink) {
    try {
      keep(queue.acquire(shard.getIndex(), shard.getCount()));
    } catch (InterruptedException interrupted) {
      // A cancelled connection ignores this; a queue may also throw it by itself.
      sink.error(refused(sink, interrupted));
      return null;
    } catch (Throwable failure) { // an Error as well: otherwise the shard would never stop waiting
      refuse(sink, failure);
      return null;
    }
    sink.success();
    return null;
  }

  private synchronized void keep(SessionStart acquired) {
    if (hasEnded) {
      acquired.cancel();
    } else {
      start = acquired;
    }
  }

  /** Returns whether to send the IDENTIFY. From here on, the start is not given back. */
  private synchronized boolean send() {
    if (start == null || hasEnded) {
      return false;
    }
    isSent = true;
    unanswered.put(shard, start);
    return true;
  }

  private synchronized void identified() {
    if (isSent && start != null) {
      start.identified();
    }
  }

  private synchronized void end() {
    hasEnded = true;
    if (start != null) {
      unanswered.remove(shard, start);
      if (!isSent) {
        start.cancel();
      }
      start.close();
    }
  }

  private void refuse(MonoSink<Void> sink, Throwable failure) {
    sink.error(refused(sink, failure));
    LOGGER.log(Level.WARNING, description() + " may not identify", failure);
  }

  private CloseException refused(MonoSink<Void> sink, Throwable failure) {
    var status = new CloseStatus(CLOSE_CODE, "the gateway queue refused " + description());
    return new CloseException(status, sink.contextView(), failure);
  }

  private String description() {
    return "shard %s of %s".formatted(shard.getIndex(), shard.getCount());
  }
}
