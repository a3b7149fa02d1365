package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The commands of the program, and what they return to the shell. */
final class CommandLineInterface {
  /** No exit code: the program goes on. */
  static final int SERVING = -1;

  private static final int OK = 0;
  private static final int REFUSED = 1;
  private static final int BAD_OPTION = 2;

  /** One line for each record. */
  private static final String LOG_FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%n";

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  CommandLineInterface(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  /** Returns the exit code, or {@link #SERVING}. */
  int run(String... args) {
    CommandLine program = new CommandLine(program()).setOut(new PrintWriter(out, true, UTF_8));
    try {
      ParseResult parsed = program.parseArgs(args);
      Integer helped = CommandLine.executeHelpRequest(parsed);
      if (helped != null) {
        return helped;
      }
      if (!parsed.hasSubcommand()) {
        throw new ParameterException(program, "a command is missing, expected serve or plan");
      }
      ParseResult command = parsed.subcommand();
      return command.commandSpec().name().equals("plan")
          ? Plan.parse(command).print(out)
          : serve(command);
    } catch (ParameterException | IllegalArgumentException | UncheckedIOException e) {
      err.println("gateway-queue: " + e.getMessage());
      return BAD_OPTION;
    }
  }

  private static CommandSpec program() {
    return CommandSpec.create()
        .name("gateway-queue")
        .version("gateway-queue " + Version.current())
        .mixinStandardHelpOptions(true)
        .addSubcommand("serve", serveCommand())
        .addSubcommand("plan", Plan.command());
  }

  private static CommandSpec serveCommand() {
    CommandSpec serve = CommandSpec.create().mixinStandardHelpOptions(true);
    serve.version("gateway-queue " + Version.current());
    serve.usageMessage().description("Serves a queue for session starts over HTTP.");
    for (Setting setting : Setting.values()) {
      serve.addOption(setting.spec());
    }
    return serve;
  }

  private int serve(ParseResult parsed) {
    Configuration configuration =
        new Configuration(
            setting -> parsed.<@Nullable String>matchedOptionValue(setting.option, null),
            environment);
    setUpLog(configuration.logLevel());
    Broker broker = configuration.broker().start();
    AtomicInteger status = new AtomicInteger(OK);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, status.get()), "stop"));
    broker
        .refused()
        .thenAccept(reason -> {
          err.println("gateway-queue: " + reason.getMessage());
          status.set(REFUSED);
          new Thread(() -> System.exit(REFUSED), "exit").start();
        });
    out.println("listening on " + broker.uri());
    out.flush();
    return SERVING;
  }

  /** The exit code of a JVM that is ended by a signal would otherwise be that of a failure. */
  private static void stop(Broker broker, int status) {
    try {
      broker.close();
    } finally {
      Runtime.getRuntime().halt(status);
    }
  }

  private static void setUpLog(Level level) {
    System.setProperty("java.util.logging.SimpleFormatter.format", LOG_FORMAT);
    Logger root = requireNonNull(Logger.getLogger(""));
    root.setLevel(Level.INFO);
    for (Handler handler : root.getHandlers()) {
      handler.setLevel(level);
    }
    PROJECT.setLevel(level);
  }

  /** Kept here, since the log's own registry would forget it and its level. */
  private static final Logger PROJECT = Logger.getLogger("io.github.gatewayqueue");
}
