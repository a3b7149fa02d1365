package io.github.gatewayqueue.discord;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Keeps the first bytes of a body, and closes the connection rather than read the rest. */
final class LimitedBody implements BodySubscriber<byte[]> {
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final ByteBuffer kept;
  private @Nullable Subscription subscription;

  /**
   * Creates a subscriber.
   *
   * @param maxBytes how many bytes to keep, at least 0
   */
  LimitedBody(int maxBytes) {
    kept = ByteBuffer.allocate(maxBytes);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    next();
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      int length = Math.min(buffer.remaining(), kept.remaining());
      kept.put(buffer.slice(buffer.position(), length));
    }
    next();
  }

  @Override
  public void onError(Throwable thrown) {
    body.completeExceptionally(thrown);
  }

  @Override
  public void onComplete() {
    body.complete(Arrays.copyOf(kept.array(), kept.position()));
  }

  private void next() {
    Subscription source = Objects.requireNonNull(subscription);
    if (kept.hasRemaining()) {
      source.request(1);
    } else {
      source.cancel();
      onComplete();
    }
  }
}
