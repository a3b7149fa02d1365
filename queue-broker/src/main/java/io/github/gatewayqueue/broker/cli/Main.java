package io.github.gatewayqueue.broker.cli;

/** The program {@code gateway-queue}. */
public final class Main {
  private Main() {}

  /**
   * Runs the program. Prints one line {@code listening on http://HOST:PORT} when it serves.
   *
   * @param args the command line; {@code --help} explains it
   */
  public static void main(String[] args) {
    int status = new CommandLineInterface(System.out, System.err, System.getenv()).run(args);
    if (status != CommandLineInterface.SERVING) {
      System.exit(status);
    }
  }
}
