package io.github.gatewayqueue.fakediscord;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command line. */
final class Main {
  private Main() {}

  /** Starts a server that runs until the process is ended, by Ctrl-C for instance. */
  public static void main(String[] args) {
    List<String> arguments = List.of(args);
    if (Options.asksForHelp(arguments)) {
      System.out.print(Options.HELP);
      return;
    }
    FakeDiscord discord = start(arguments, System.out, System.err);
    if (discord == null) {
      System.exit(2);
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(discord, System.out), "verdict"));
  }

  /** Returns null, with one line that says why, if it could not be started. */
  static @Nullable FakeDiscord start(List<String> arguments, PrintStream out, PrintStream err) {
    try {
      FakeDiscord discord = Options.parse(arguments).onIdentify(out::println).start();
      out.println("REST API: " + discord.restUri());
      out.println("gateway:  " + discord.gatewayUri());
      out.println("score:    " + discord.adminUri() + "/score");
      return discord;
    } catch (IllegalArgumentException | UncheckedIOException failure) {
      err.println("fakediscord: " + failure.getMessage());
      return null;
    }
  }

  static void stop(FakeDiscord discord, PrintStream out) {
    discord.close();
    out.println(discord.score());
  }
}
