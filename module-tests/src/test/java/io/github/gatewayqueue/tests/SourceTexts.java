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
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a module logs at INFO and above, and what its exceptions say, by its sources.
 *
 * <p>It begins with the calls of {@code log} on a {@code System.Logger}, or of the constructors of
 * exceptions. Where the text is not in the call but a parameter of the method around it, the calls
 * of that method are looked at in the same way, and so on. What varies in a text is {@code …}.
 */
final class SourceTexts {
  private static final String VARIES = "…";
  private static final String THROWN = "thrown";
  private static final Set<String> LEVELS =
      Set.of("TRACE", "DEBUG", "INFO", "WARNING", "ERROR", THROWN);
  private static final Set<String> UNWATCHED = Set.of("TRACE", "DEBUG");
  private static final Set<Tree.Kind> NO_TEXT =
      Set.of(Tree.Kind.NULL_LITERAL, Tree.Kind.BOOLEAN_LITERAL);
  private static final Pattern HAS_WORD = Pattern.compile("\\p{L}{2}");
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

  /**
   * What the names in a method are.
   *
   * @param parameters its parameters, in order
   * @param texts its texts, by the names of the variables that hold them
   */
  private record Names(List<String> parameters, Map<String, ExpressionTree> texts) {}

  /** A parameter, by its number, within a line or as a level. */
  private record Parameter(int number) {}

  private final List<Method> methods = new ArrayList<>();
  private final Set<String> loggers = new HashSet<>();
  private final Map<String, String> constants = new HashMap<>();
  private final SortedSet<String> lines = new TreeSet<>();

  private SourceTexts() {}

  /**
   * Returns the lines that are logged, each with its level in front, {@code varies} if the source
   * does not tell it.
   *
   * @throws IllegalStateException if a call does not show what it logs
   */
  static SortedSet<String> logged(List<? extends JavaFileObject> sources) {
    SourceTexts found = parsed(sources);
    found.find(found.callers((type, call) -> found.isLogger(call), null));
    return found.lines;
  }

  /**
   * Returns the messages of exceptions. A message that is another one's, or is put together from
   * what the source does not show, is left out.
   */
  static SortedSet<String> thrown(List<? extends JavaFileObject> sources) {
    SourceTexts found = parsed(sources);
    found.find(found.constructors());
    return found.lines;
  }

  /** Returns the sources of a module. */
  static List<JavaFileObject> sources(Path folder) {
    var files = ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null);
    List<JavaFileObject> sources = new ArrayList<>();
    files
        .getJavaFileObjectsFromPaths(Reactor.sources(folder, "src/main/java"))
        .forEach(sources::add);
    return sources;
  }

  private static SourceTexts parsed(List<? extends JavaFileObject> sources) {
    var task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, List.of("-proc:none"), null, sources);
    var found = new SourceTexts();
    try {
      task.parse().forEach(found::collect);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private void find(List<Sink> first) {
    Set<Sink> seen = new HashSet<>();
    List<Sink> sinks = new ArrayList<>(first);
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
        if (variable.getModifiers().getFlags().contains(Modifier.FINAL)
            && variable.getInitializer() instanceof LiteralTree literal
            && literal.getKind() == Tree.Kind.STRING_LITERAL) {
          constants.put(variable.getName().toString(), literal.getValue().toString());
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

  /** Takes the messages of all exceptions, and returns the methods that only hand theirs on. */
  private List<Sink> constructors() {
    List<Sink> found = new ArrayList<>();
    for (Method method : methods) {
      new TreeScanner<@Nullable Void, @Nullable Void>() {
        @Override
        public @Nullable Void visitNewClass(NewClassTree made, @Nullable Void nothing) {
          String type = last(made.getIdentifier());
          if (type.endsWith("Exception") || type.equals("Error")) {
            takeMessage(method, made.getArguments(), found);
          }
          return super.visitNewClass(made, null);
        }

        @Override
        public @Nullable Void visitMethodInvocation(
            MethodInvocationTree call, @Nullable Void nothing) {
          if (method.type.endsWith("Exception") && last(call.getMethodSelect()).equals("super")) {
            takeMessage(method, call.getArguments(), found);
          }
          return super.visitMethodInvocation(call, null);
        }
      }.scan(method.tree.getBody(), null);
    }
    return found;
  }

  private void takeMessage(
      Method method, List<? extends ExpressionTree> arguments, List<Sink> found) {
    Names names = names(method.tree);
    for (ExpressionTree argument : arguments) {
      List<Object> message = pieces(argument, names, 0);
      if (hasText(message)) {
        lines.add(text(message));
        return;
      }
    }
    if (!arguments.isEmpty()) {
      handOn(method, THROWN, pieces(arguments.getFirst(), names, 0), found);
    }
  }

  /** Returns whether a method is one to look at the calls of, as the text is a parameter of it. */
  private static boolean handOn(Method method, String level, List<Object> line, List<Sink> found) {
    boolean handsOn = line.stream().anyMatch(Parameter.class::isInstance);
    if (handsOn) {
      String name = method.tree.getName().toString();
      String owner = name.equals("<init>") ? "" : method.type;
      found.add(new Sink(owner, name, method.tree.getParameters().size(), level, line));
    }
    return handsOn;
  }

  private static boolean hasText(List<Object> line) {
    return line.stream()
        .anyMatch(piece -> piece instanceof String text && HAS_WORD.matcher(text).find());
  }

  private void take(
      Method method, MethodInvocationTree call, @Nullable Sink sink, List<Sink> found) {
    List<? extends ExpressionTree> arguments = call.getArguments();
    Names names = names(method.tree);
    String level = sink == null ? last(arguments.get(0)) : sink.level;
    if (sink != null && level.startsWith("#")) {
      level = last(arguments.get(Integer.parseInt(level.substring(1))));
    }
    if (UNWATCHED.contains(level)) {
      return;
    }
    if (!LEVELS.contains(level)) {
      int number = names.parameters.indexOf(level);
      level = number < 0 ? "varies" : "#" + number;
    }
    List<Object> line =
        sink == null ? pieces(arguments.get(1), names, 0) : filled(sink.line, arguments, names, 0);
    if (hasText(line)) {
      boolean thrown = level.equals(THROWN);
      lines.add((thrown ? "" : level.replaceFirst("#.*", "varies") + " ") + text(line));
    } else if (!handOn(method, level, line, found) && !level.equals(THROWN)) {
      throw new IllegalStateException("what does this log? " + call);
    }
  }

  private static Names names(MethodTree method) {
    Map<String, ExpressionTree> texts = new HashMap<>();
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
        if (variable.getInitializer() != null
            && variable.getType() instanceof IdentifierTree type
            && type.getName().contentEquals("String")) {
          texts.put(variable.getName().toString(), variable.getInitializer());
        }
        return super.visitVariable(variable, null);
      }
    }.scan(method.getBody(), null);
    return new Names(
        method.getParameters().stream().map(each -> each.getName().toString()).toList(), texts);
  }

  /** Takes an expression to pieces: text, what varies, and parameters of the method around it. */
  private List<Object> pieces(Tree expression, Names names, int depth) {
    return switch (expression) {
      case LiteralTree literal when NO_TEXT.contains(literal.getKind()) -> List.of(VARIES);
      case LiteralTree literal -> List.of(formatted(String.valueOf(literal.getValue())));
      case ParenthesizedTree inner -> pieces(inner.getExpression(), names, depth);
      case LambdaExpressionTree lambda -> pieces(lambda.getBody(), names, depth);
      case IdentifierTree name when names.parameters.contains(name.getName().toString()) ->
          List.of(new Parameter(names.parameters.indexOf(name.getName().toString())));
      case IdentifierTree name
          when depth < DEEPEST && names.texts.containsKey(name.getName().toString()) ->
          pieces(names.texts.get(name.getName().toString()), names, depth + 1);
      case IdentifierTree name when constants.containsKey(name.getName().toString()) ->
          List.of(constants.get(name.getName().toString()));
      case MemberSelectTree select when constants.containsKey(last(select)) ->
          List.of(constants.get(last(select)));
      case BinaryTree sum when sum.getKind() == Tree.Kind.PLUS ->
          Stream.of(sum.getLeftOperand(), sum.getRightOperand())
              .flatMap(part -> pieces(part, names, depth).stream())
              .toList();
      case MethodInvocationTree call -> pieces(call, names, depth);
      default -> List.of(VARIES);
    };
  }

  /** A text that is formatted, or what a method returns if it does nothing else. */
  private List<Object> pieces(MethodInvocationTree call, Names names, int depth) {
    if (call.getMethodSelect() instanceof MemberSelectTree select
        && select.getIdentifier().contentEquals("formatted")) {
      return pieces(select.getExpression(), names, depth);
    }
    List<? extends ExpressionTree> arguments = call.getArguments();
    if (call.getMethodSelect().toString().equals("String.format")) {
      return pieces(arguments.get(1), names, depth); // the first is the locale
    }
    String name = last(call.getMethodSelect());
    for (Method candidate : methods) {
      MethodTree method = candidate.tree;
      ExpressionTree result = returned(method);
      if (depth < DEEPEST
          && method.getName().contentEquals(name)
          && method.getParameters().size() == arguments.size()
          && result != null) {
        List<Object> line = pieces(result, names(method), depth + 1);
        return filled(line, arguments, names, depth);
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
      List<Object> line, List<? extends ExpressionTree> arguments, Names names, int depth) {
    return line.stream()
        .flatMap(piece ->
            piece instanceof Parameter parameter
                ? pieces(arguments.get(parameter.number), names, depth).stream()
                : Stream.of(piece))
        .toList();
  }

  /** Text with {@code …} for what {@code formatted} or the logger puts in. */
  private static String formatted(String text) {
    return text.replaceAll("%,?[a-z]|\\{\\d}", VARIES);
  }

  private static String text(List<Object> line) {
    return line.stream()
        .map(piece -> piece instanceof String text ? text : VARIES)
        .collect(Collectors.joining())
        .replaceAll(VARIES + "+", VARIES);
  }
}
