package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.ResponseReader.Closed;
import io.github.gatewayqueue.http.ResponseReader.End;
import io.github.gatewayqueue.http.ResponseReader.Failure;
import io.github.gatewayqueue.http.ResponseReader.Head;
import io.github.gatewayqueue.http.ResponseReader.Piece;
import io.github.gatewayqueue.http.ResponseReader.Signal;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The response of a broker, read in order: the headers, then the body. If it ends early, that is an
 * exception: {@link TryAgainException} if it fails, {@link GatewayQueueException} if the request
 * has been closed. Used by one thread, except for {@link #close}.
 */
final class BrokerResponse {
  /** No broker's body is longer. */
  private static final int MAX_BODY_BYTES = 64 * 1024;

  private final BrokerClient broker;
  private final ResponseReader answer = new ResponseReader();
  private volatile boolean closed;
  private boolean pieceTaken;

  BrokerResponse(BrokerClient broker) {
    this.broker = broker;
  }

  /** Returns the broker that is asked. */
  BrokerClient broker() {
    return broker;
  }

  /** Asks for the release of a shard, to which this is the reply. */
  void ask(long id, long total) {
    broker.ask(answer, id, total);
  }

  /** Asks for how long a start is still held, to which this is the reply. */
  void askForHold(String start) {
    broker.askForHold(answer, start);
  }

  /** Waits for the headers; returns null if there are none for so long. */
  @Nullable ResponseInfo head(long nanos) throws TryAgainException, InterruptedException {
    Signal signal = answer.next(nanos);
    return signal == null ? null : info(signal);
  }

  /** Waits for the headers. */
  ResponseInfo head() throws TryAgainException, InterruptedException {
    return info(answer.next());
  }

  private ResponseInfo info(Signal signal) throws TryAgainException {
    return ((Head) checked(signal)).info();
  }

  /**
   * Waits for the next piece of the body; returns null at its end.
   *
   * @throws TryAgainException with this reason, too, if the silence lasts for too long
   */
  @Nullable List<ByteBuffer> piece(SilenceTimer silence, String reason)
      throws TryAgainException, InterruptedException {
    if (pieceTaken) {
      answer.more();
    }
    Signal signal = next(silence);
    if (signal == null) {
      throw new TryAgainException(reason);
    }
    pieceTaken = checked(signal) instanceof Piece;
    return signal instanceof Piece piece ? piece.buffers() : null;
  }

  private @Nullable Signal next(SilenceTimer silence) throws InterruptedException {
    for (long nanos; (nanos = silence.waitNanos(System.nanoTime())) > 0; ) {
      Signal signal = answer.next(nanos);
      if (signal != null) {
        return signal;
      }
    }
    return null;
  }

  /** Waits for the whole body. */
  String body(Duration most) throws TryAgainException, InterruptedException {
    var body = new ByteArrayOutputStream();
    var silence =
        new SilenceTimer(most, System.nanoTime()); // that no piece breaks: it is for them all
    String tooSlow = "was too slow with its answer";
    for (List<ByteBuffer> piece; (piece = piece(silence, tooSlow)) != null; ) {
      for (ByteBuffer buffer : piece) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        body.writeBytes(bytes);
      }
      if (body.size() > MAX_BODY_BYTES) {
        throw new TryAgainException("answered more than " + MAX_BODY_BYTES + " bytes");
      }
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  /** Returns a signal that brings the answer forward, rather than to an early end. */
  private Signal checked(Signal signal) throws TryAgainException {
    return switch (signal) {
      case Failure failure ->
          throw new TryAgainException("failed: " + broker.reason(failure.cause()));
      case Closed closing -> throw closedWhileWaiting();
      case Head head -> head;
      case Piece piece -> piece;
      case End end -> end;
    };
  }

  /**
   * Nobody waits for the rest of the body any longer: the client's threads run {@code alive} for
   * each piece of it, and {@code gone} when there will be no more.
   */
  void handOver(Runnable alive, Runnable gone) {
    answer.handOver(signal -> {
      if (signal instanceof Piece) {
        alive.run();
        answer.more();
      } else {
        gone.run();
      }
    });
    if (pieceTaken) {
      answer.more();
    }
  }

  /** Closes the connection unless the reply is complete; there may be none yet, or none ever. */
  void hangUp() {
    answer.hangUp();
  }

  /** The same, but the end of the reply is about to come, and is waited for. */
  void hangUpUnlessItEnds() {
    answer.hangUpUnlessItEnds();
  }

  /** Has the waiting thread throw; for any thread. */
  void close() {
    closed = true;
    answer.close();
  }

  void requireOpen() {
    if (closed) {
      throw closedWhileWaiting();
    }
  }

  /** Waits for so long, before anything is asked, or until this is closed. */
  void awaitClosed(Duration most) throws InterruptedException {
    Signal closing = answer.next(most.toNanos());
    if (closing != null) {
      throw closedWhileWaiting();
    }
  }

  private static GatewayQueueException closedWhileWaiting() {
    return new GatewayQueueException("the queue was closed while the request waited");
  }

  /** Returns whether these are the headers of a body of a media type, whatever its parameters. */
  static boolean isOf(String type, HttpHeaders headers) {
    String value = headers.firstValue("Content-Type").orElse("");
    return value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(type);
  }
}
