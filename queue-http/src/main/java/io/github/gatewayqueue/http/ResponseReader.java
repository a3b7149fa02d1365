package io.github.gatewayqueue.http;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the response to one HTTP request, piece by piece, to the thread that waits for it. The
 * client's threads only pass on what they receive, and no more than was asked for. Later the
 * waiting thread may hand the rest over to a listener, which these threads call.
 */
final class ResponseReader implements BodyHandler<ResponseReader>, BodySubscriber<ResponseReader> {

  /** Something that happened to the answer. */
  sealed interface Signal {}

  /** The status and the headers came; pieces of the body follow, then its end. */
  record Head(ResponseInfo info) implements Signal {}

  /** A piece of the body came; the next one comes after {@link #more()}. */
  record Piece(List<ByteBuffer> buffers) implements Signal {}

  /** The body came to its proper end. */
  record End() implements Signal {}

  /** There is no answer, or not all of it. */
  record Failure(Throwable cause) implements Signal {}

  /** Nobody wants the answer any longer. */
  record Closed() implements Signal {}

  /**
   * How long the broker may take to end a response after its last message. A close at that moment
   * could hit the connection's next request.
   */
  private static final Duration ENDING = Duration.ofSeconds(1);

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

  /** Guarded by this object's monitor, so that no signal is lost or overtaken at the hand-over. */
  private @Nullable Consumer<Signal> listener;

  private final CompletableFuture<ResponseReader> body = new CompletableFuture<>();
  private @Nullable CompletableFuture<HttpResponse<ResponseReader>> exchange;
  private volatile @Nullable Subscription source;

  /**
   * Whether the body has come to its end. Its connection may be that of another request by then,
   * which the JDK's client would close all the same if the exchange were cancelled before it has
   * taken note of the end.
   */
  private volatile boolean complete;

  /** Sends the request; called once, by the thread that waits for the answer. */
  void begin(HttpClient client, HttpRequest request) {
    try {
      exchange = client.sendAsync(request, this);
    } catch (RejectedExecutionException e) { // the client was shut down meanwhile
      pass(new Failure(e));
      return;
    }
    var unused =
        exchange.whenComplete((response, thrown) -> {
          if (thrown != null) {
            pass(new Failure(thrown));
          }
        });
  }

  /** Waits for the next signal; returns null if there is none for so long. */
  @Nullable Signal next(long nanos) throws InterruptedException {
    return signals.poll(nanos, TimeUnit.NANOSECONDS);
  }

  /** Waits for the next signal. */
  Signal next() throws InterruptedException {
    return signals.take();
  }

  /** Passes the signals that were not taken yet, and all later ones, to a listener. */
  synchronized void handOver(Consumer<Signal> listener) {
    for (Signal signal; (signal = signals.poll()) != null; ) {
      listener.accept(signal);
    }
    this.listener = listener;
  }

  private void pass(Signal signal) {
    Consumer<Signal> to;
    synchronized (this) {
      to = listener;
      if (to == null) {
        signals.add(signal);
        return;
      }
    }
    to.accept(signal);
  }

  /** Asks for the next piece of the body, once there was one. */
  void more() {
    Objects.requireNonNull(source).request(1);
  }

  /** Closes the connection unless the answer is complete; it may not even have come about yet. */
  void hangUp() {
    if (exchange != null && !complete) {
      exchange.cancel(true);
    }
  }

  /** Closes the connection unless the answer, whose end is about to come, is complete soon. */
  void hangUpUnlessItEnds() {
    if (!complete) {
      CompletableFuture.delayedExecutor(ENDING.toNanos(), TimeUnit.NANOSECONDS)
          .execute(this::hangUp);
    }
  }

  /** Has the waiting thread know that nobody wants the answer any longer; for any thread. */
  void close() {
    pass(new Closed());
  }

  @Override
  public BodySubscriber<ResponseReader> apply(ResponseInfo info) {
    pass(new Head(info));
    return this;
  }

  @Override
  public CompletionStage<ResponseReader> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    source = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    pass(new Piece(buffers));
  }

  @Override
  public void onError(Throwable thrown) {
    body.completeExceptionally(thrown); // and with it the exchange, which tells of it
  }

  @Override
  public void onComplete() {
    complete = true;
    pass(new End());
    body.complete(this);
  }
}
