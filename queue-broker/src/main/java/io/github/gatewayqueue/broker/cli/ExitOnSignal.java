package io.github.gatewayqueue.broker.cli;

import io.github.gatewayqueue.broker.queue.Log;
import java.lang.reflect.Proxy;

/**
 * Ends the program when a signal comes, with an exit code of its choice: that of a JVM which is
 * left to itself would be that of a failure, 128 and the signal's number. All hooks run.
 */
final class ExitOnSignal {
  private ExitOnSignal() {}

  /** By reflection, as javac warns of sun.misc.Signal, though its module is there to stay. */
  static void install(String name, int status) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object exit =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                System.exit(status);
                throw new AssertionError("the program goes on");
              });
      Object named = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, named, exit);
    } catch (ReflectiveOperationException e) { // with -Xrs, for instance
      Log.warning("SIG" + name + " will not end the program with " + status, e);
    }
  }
}
