package io.github.gatewayqueue.jda;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.utils.SessionController.SessionConnectNode;

/**
 * A node whose run, and whose JDA's status, are the test's: for what a real one does too rarely.
 */
class TestNode implements SessionConnectNode {
  /** What happens in a run; may change the node's status, and throw anything. */
  @FunctionalInterface
  interface Run {
    void run(TestNode node) throws Throwable;
  }

  final AtomicInteger runs = new AtomicInteger();

  volatile JDA.Status status = JDA.Status.LOGGING_IN;
  volatile boolean reconnects;
  private final JDA.ShardInfo shard;
  private final Run run;
  private final JDA jda =
      (JDA)
          Proxy.newProxyInstance(
              JDA.class.getClassLoader(),
              new Class<?>[] {JDA.class},
              (proxy, method, args) -> {
                if (method.getName().equals("getStatus")) {
                  return status;
                }
                throw new UnsupportedOperationException(method.getName());
              });

  TestNode(int id, int total, Run run) {
    this.shard = new JDA.ShardInfo(id, total);
    this.run = run;
  }

  /** One that comes up at once. */
  TestNode(int id, int total) {
    this(id, total, node -> node.status = JDA.Status.CONNECTED);
  }

  @Override
  public boolean isReconnect() {
    return reconnects;
  }

  @Override
  public JDA getJDA() {
    return jda;
  }

  @Override
  public JDA.ShardInfo getShardInfo() {
    return shard;
  }

  @Override
  public void run(boolean isLast) {
    if (isLast) {
      throw new AssertionError("would be left open if it were shut down now");
    }
    runs.incrementAndGet();
    try {
      run.run(this);
    } catch (Throwable thrown) {
      TestNode.<RuntimeException>throwAny(thrown);
    }
  }

  /** Throws anything, whatever the signature of the caller says. */
  @SuppressWarnings("unchecked") // that is the trick: nobody checks it
  static <T extends Throwable> void throwAny(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Override
  public String toString() {
    return "shard " + shard.getShardId();
  }
}
