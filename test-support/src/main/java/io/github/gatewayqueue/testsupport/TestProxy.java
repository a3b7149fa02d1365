package io.github.gatewayqueue.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A bad network between processes and a server: it delays, stalls, drops and refuses as a test
 * demands. What a client sent before it closed its connection still reaches the server.
 */
public final class TestProxy implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean stalled;
  private volatile int server;
  private volatile boolean refusing;
  private volatile boolean losing;
  private volatile boolean keeping;
  private volatile long thereNanos;
  private volatile long backNanos;

  /** What is on its way; without any bytes it is the end. */
  private static final class Chunk {
    private final byte[] bytes;
    private final long dueNanos;

    Chunk(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  private interface Delay {
    long nanos();
  }

  /** Begins to pass on to a port of this machine. */
  public TestProxy(int server) throws IOException {
    this.server = server;
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  /** Returns where clients are to connect to. */
  public URI uri(String scheme) {
    return URI.create(scheme + "://127.0.0.1:" + listener.getLocalPort());
  }

  /** New connections go to another server. */
  public void forwardTo(int server) {
    this.server = server;
  }

  /** Ends all connections; what is on its way is lost. */
  public void drop() {
    sockets.forEach(TestProxy::close);
    sockets.clear();
  }

  /** Whether new connections are ended at once. */
  public void refuse(boolean refusing) {
    this.refusing = refusing;
  }

  /** Whether what the server answers gets lost, though it got the question. */
  public void loseAnswers(boolean losing) {
    this.losing = losing;
  }

  /** Whether connections to the server stay open when a client has ended its own. */
  public void keepServerConnections(boolean keeping) {
    this.keeping = keeping;
  }

  /** How long everything takes from now on, to the server and back. */
  public void delay(long thereMillis, long backMillis) {
    thereNanos = TimeUnit.MILLISECONDS.toNanos(thereMillis);
    backNanos = TimeUnit.MILLISECONDS.toNanos(backMillis);
  }

  /** Whether everything is kept, to be passed on when that ends. */
  public void stall(boolean stalled) {
    lock.lock();
    try {
      this.stalled = stalled;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        if (refusing) {
          close(client);
        } else {
          connect(client);
        }
      } catch (IOException e) {
        // the test is over
      }
    }
  }

  private void connect(Socket client) {
    try {
      var upstream = new Socket(InetAddress.getLoopbackAddress(), server);
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      sockets.add(upstream);
      pass(client, upstream, () -> thereNanos, () -> false, () -> keeping);
      pass(upstream, client, () -> backNanos, () -> losing, () -> false);
    } catch (IOException e) {
      close(client); // the server is down
    }
  }

  private void pass(
      Socket from, Socket to, Delay delay, BooleanSupplier lost, BooleanSupplier kept) {
    var chunks = new LinkedBlockingQueue<Chunk>();
    Thread.ofVirtual().start(() -> read(from, chunks, delay));
    Thread.ofVirtual().start(() -> write(to, chunks, lost, kept));
  }

  private static void read(Socket from, LinkedBlockingQueue<Chunk> chunks, Delay delay) {
    var bytes = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        chunks.add(new Chunk(Arrays.copyOf(bytes, n), System.nanoTime() + delay.nanos()));
      }
    } catch (IOException e) {
      // as good as an end
    } finally {
      chunks.add(new Chunk(new byte[0], System.nanoTime() + delay.nanos()));
    }
  }

  private void write(
      Socket to, LinkedBlockingQueue<Chunk> chunks, BooleanSupplier lost, BooleanSupplier kept) {
    try {
      while (true) {
        Chunk chunk = chunks.take();
        TimeUnit.NANOSECONDS.sleep(chunk.dueNanos - System.nanoTime()); // that is the delay
        awaitFlow();
        if (chunk.bytes.length == 0) {
          return;
        }
        if (!lost.getAsBoolean()) {
          to.getOutputStream().write(chunk.bytes);
        }
      }
    } catch (IOException | InterruptedException e) {
      // the other end is gone
    } finally {
      if (!kept.getAsBoolean()) {
        close(to);
        sockets.remove(to);
      }
    }
  }

  private void awaitFlow() throws InterruptedException {
    lock.lock();
    try {
      while (stalled) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone in any case
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    stall(false);
    drop();
  }
}
