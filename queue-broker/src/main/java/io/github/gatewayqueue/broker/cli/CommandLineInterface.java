package io.github.gatewayqueue.broker.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.broker.queue.Version;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands of the program, and what they return to the shell. */
public final class CommandLineInterface {
  /** No exit code: the program goes on. */
  static final int SERVING = -1;

  private static final int BAD_OPTION = 2;

  /** Of its own: a JVM that does not start ends with 1, and one without memory with 3. */
  public static final int REFUSED = 4;

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  public CommandLineInterface(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  /** Returns the exit code, or {@link #SERVING}. */
  public int run(String... args) {
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
          ? Plan.parse(command, configuration(command)).print(out)
          : serve(command);
    } catch (UnmatchedArgumentException e) {
      err.println("gateway-queue: " + unknown(e));
      return BAD_OPTION;
    } catch (GatewayQueueException e) {
      err.println("gateway-queue: " + e.getMessage());
      return REFUSED;
    } catch (ParameterException | IllegalArgumentException | UncheckedIOException e) {
      err.println("gateway-queue: " + e.getMessage());
      return BAD_OPTION;
    }
  }

  /** Names the first of them, but no value: that may be a token. */
  private static String unknown(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().getFirst().replaceFirst("(?s)=.*", "");
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    List<String> similar =
        Stream.concat(spec.optionsMap().keySet().stream(), spec.subcommands().keySet().stream())
            .filter(name -> isSimilar(argument, name))
            .sorted()
            .toList();
    if (similar.isEmpty()) {
      String what = argument.startsWith("-") ? "'" + argument + "'" : "an argument without a name";
      return what + " is unknown, expected what " + spec.qualifiedName() + " --help lists";
    }
    return "'" + argument + "' is unknown, expected " + String.join(" or ", similar);
  }

  private static boolean isSimilar(String argument, String name) {
    return argument.length() > 3 && (name.startsWith(argument) || distance(argument, name) <= 2);
  }

  /**
   * Returns how many letters to change, add or leave out make one of the other. By its own measure
   * picocli suggests nothing for {@code --prot}.
   */
  private static int distance(String one, String other) {
    int[] before = IntStream.rangeClosed(0, other.length()).toArray();
    for (int i = 1; i <= one.length(); i++) {
      int[] now = new int[before.length];
      now[0] = i;
      for (int j = 1; j < now.length; j++) {
        int changed = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(changed, 1 + Math.min(before[j], now[j - 1]));
      }
      before = now;
    }
    return before[other.length()];
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

  private Configuration configuration(ParseResult parsed) {
    return new Configuration(
        setting -> {
          Object value = parsed.<@Nullable Object>matchedOptionValue(setting.option, null);
          return value == null ? null : value.toString();
        },
        environment);
  }

  private int serve(ParseResult parsed) {
    Configuration configuration = configuration(parsed);
    Broker.Builder builder = configuration.broker();
    setUpLog(configuration.logLevel());
    Broker broker = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));
    broker
        .refused()
        .thenAccept(reason -> {
          err.println("gateway-queue: " + reason.getMessage());
          new Thread(() -> System.exit(REFUSED), "exit").start();
        });
    out.println("listening on " + broker.uri());
    out.flush();
    return SERVING;
  }

  private static void setUpLog(Level level) {
    Logger root = requireNonNull(Logger.getLogger(""));
    root.setLevel(Level.INFO);
    for (Handler handler : root.getHandlers()) {
      handler.setLevel(level);
      handler.setFormatter(new LogFormat());
    }
    PROJECT.setLevel(level);
  }

  /** Kept here, because the log's own registry would forget it and its level. */
  private static final Logger PROJECT = Logger.getLogger("io.github.gatewayqueue");
}
