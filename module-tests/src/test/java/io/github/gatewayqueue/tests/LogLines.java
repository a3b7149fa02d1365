package io.github.gatewayqueue.tests;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a module logs at INFO and above, by its sources.
 *
 * <p>It begins with the calls of {@code log} on a {@code System.Logger}. Where the line is not in
 * the call but a parameter of the method around it, the calls of that method are looked at in the
 * same way, and so on. What varies in a line is {@code …}.
 */
final class LogLines {
  private static final String VARIES = "…";
  private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARNING", "ERROR");
  private static final Set<String> UNWATCHED = Set.of("TRACE", "DEBUG");
  private static final int DEEPEST = 5;

  /**
   * A method that logs, or hands on to one that does, what its caller says.
   *
   * @param level the level, or {@code #} and the number of the parameter that it is
   * @param line the line, with the parameters in it
   */
  private record Sink(String type, String method, int arity, String level, List<Object> line) {}

  /** A method, and the class whose source it is in. */
  private record Method(String type, MethodTree tree) {}

  /** A parameter, by its number, within a line or as a level. */
  private record Parameter(int number) {}

  private final List<Method> methods = new ArrayList<>();
  private final Set<String> loggers = new HashSet<>();
  private final SortedSet<String> lines = new TreeSet<>();

  private LogLines() {}

  /**
   * Returns the lines, each with its level in front, {@code varies} if the source does not tell it.
   *
   * @throws IllegalStateException if a call does not show what it logs
   */
  static SortedSet<String> of(List<? extends JavaFileObject> sources) {
    var task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, List.of("-proc:none"), null, sources);
    var found = new LogLines();
    try {
      task.parse().forEach(found::collect);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.find();
    return found.lines;
  }

  private void find() {
    Set<Sink> seen = new HashSet<>();
    List<Sink> sinks = new ArrayList<>(callers((type, call) -> isLogger(call), null));
    while (!sinks.isEmpty()) {
      Sink sink = sinks.removeFirst();
      if (seen.add(sink)) {
        sinks.addAll(callers((type, call) -> calls(type, call, sink), sink));
      }
    }
  }

  private void collect(CompilationUnitTree unit) {
    if (unit.getTypeDecls().isEmpty()) {
      return; // a descriptor
    }
    String type =
        unit.getTypeDecls().getFirst() instanceof ClassTree first
            ? first.getSimpleName().toString()
            : "";
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
        if (variable.getType() != null && variable.getType().toString().endsWith("Logger")) {
          loggers.add(variable.getName().toString());
        }
        return super.visitVariable(variable, null);
      }

      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
        methods.add(new Method(type, method));
        return super.visitMethod(method, null);
      }
    }.scan(unit, null);
  }

  private boolean isLogger(MethodInvocationTree call) {
    return call.getMethodSelect() instanceof MemberSelectTree select
        && select.getIdentifier().contentEquals("log")
        && loggers.contains(last(select.getExpression()));
  }

  /** Goes by names: of the method, of its class where that is told, and how many arguments. */
  private static boolean calls(String type, MethodInvocationTree call, Sink sink) {
    String owner =
        call.getMethodSelect() instanceof MemberSelectTree select
            ? last(select.getExpression())
            : type;
    return last(call.getMethodSelect()).equals(sink.method)
        && call.getArguments().size() == sink.arity
        && (owner.equals(sink.type) || Character.isLowerCase(owner.charAt(0)));
  }

  /** The last name of {@code a.b.c}. */
  private static String last(Tree expression) {
    String text = expression.toString();
    return text.substring(text.lastIndexOf('.') + 1);
  }

  /** Takes the lines of all such calls, and returns the methods that only hand theirs on. */
  private List<Sink> callers(
      BiPredicate<String, MethodInvocationTree> wanted, @Nullable Sink sink) {
    List<Sink> found = new ArrayList<>();
    for (Method method : methods) {
      new TreeScanner<@Nullable Void, @Nullable Void>() {
        @Override
        public @Nullable Void visitMethodInvocation(
            MethodInvocationTree call, @Nullable Void nothing) {
          if (wanted.test(method.type, call)) {
            take(method, call, sink, found);
          }
          return super.visitMethodInvocation(call, null);
        }
      }.scan(method.tree.getBody(), null);
    }
    return found;
  }

  private void take(
      Method method, MethodInvocationTree call, @Nullable Sink sink, List<Sink> found) {
    List<? extends ExpressionTree> arguments = call.getArguments();
    List<String> parameters = parameters(method.tree);
    String level = sink == null ? last(arguments.get(0)) : sink.level;
    if (sink != null && level.startsWith("#")) {
      level = last(arguments.get(Integer.parseInt(level.substring(1))));
    }
    if (UNWATCHED.contains(level)) {
      return;
    }
    if (!LEVELS.contains(level)) {
      int number = parameters.indexOf(level);
      level = number < 0 ? "varies" : "#" + number;
    }
    List<Object> line =
        sink == null
            ? pieces(arguments.get(1), parameters, 0)
            : filled(sink.line, arguments, parameters, 0);
    if (line.stream().anyMatch(piece -> !piece.equals(VARIES) && piece instanceof String)) {
      lines.add(level.replaceFirst("#.*", "varies") + " " + text(line));
    } else if (line.stream().anyMatch(Parameter.class::isInstance)) {
      String name = method.tree.getName().toString();
      found.add(new Sink(method.type, name, parameters.size(), level, line));
    } else {
      throw new IllegalStateException("what does this log? " + call);
    }
  }

  private static List<String> parameters(MethodTree method) {
    return method.getParameters().stream().map(each -> each.getName().toString()).toList();
  }

  /** Takes an expression to pieces: text, what varies, and parameters of the method around it. */
  private List<Object> pieces(Tree expression, List<String> parameters, int depth) {
    return switch (expression) {
      case LiteralTree literal -> List.of(formatted(String.valueOf(literal.getValue())));
      case ParenthesizedTree inner -> pieces(inner.getExpression(), parameters, depth);
      case LambdaExpressionTree lambda -> pieces(lambda.getBody(), parameters, depth);
      case IdentifierTree name when parameters.contains(name.getName().toString()) ->
          List.of(new Parameter(parameters.indexOf(name.getName().toString())));
      case BinaryTree sum when sum.getKind() == Tree.Kind.PLUS ->
          Stream.of(sum.getLeftOperand(), sum.getRightOperand())
              .flatMap(part -> pieces(part, parameters, depth).stream())
              .toList();
      case MethodInvocationTree call -> pieces(call, parameters, depth);
      default -> List.of(VARIES);
    };
  }

  /** A text that is formatted, or what a method returns if it does nothing else. */
  private List<Object> pieces(MethodInvocationTree call, List<String> parameters, int depth) {
    if (call.getMethodSelect() instanceof MemberSelectTree select
        && select.getIdentifier().contentEquals("formatted")) {
      return pieces(select.getExpression(), parameters, depth);
    }
    String name = last(call.getMethodSelect());
    List<? extends ExpressionTree> arguments = call.getArguments();
    for (Method candidate : methods) {
      MethodTree method = candidate.tree;
      ExpressionTree result = returned(method);
      if (depth < DEEPEST
          && method.getName().contentEquals(name)
          && method.getParameters().size() == arguments.size()
          && result != null) {
        List<Object> line = pieces(result, parameters(method), depth + 1);
        return filled(line, arguments, parameters, depth);
      }
    }
    return List.of(VARIES);
  }

  private static @Nullable ExpressionTree returned(MethodTree method) {
    BlockTree body = method.getBody();
    return body != null
            && body.getStatements().size() == 1
            && body.getStatements().getFirst() instanceof ReturnTree result
        ? result.getExpression()
        : null;
  }

  /** Puts arguments in the place of parameters. */
  private List<Object> filled(
      List<Object> line,
      List<? extends ExpressionTree> arguments,
      List<String> parameters,
      int depth) {
    return line.stream()
        .flatMap(piece ->
            piece instanceof Parameter parameter
                ? pieces(arguments.get(parameter.number), parameters, depth).stream()
                : Stream.of(piece))
        .toList();
  }

  /** Text with {@code …} for what {@code formatted} or the logger puts in. */
  private static String formatted(String text) {
    return text.replaceAll("%[a-z]|\\{\\d}", VARIES);
  }

  private static String text(List<Object> line) {
    return line.stream()
        .map(piece -> piece instanceof String text ? text : VARIES)
        .collect(Collectors.joining())
        .replaceAll(VARIES + "+", VARIES);
  }
}
