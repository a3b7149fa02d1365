package io.github.gatewayqueue.local.engine;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Main;

/**
 * Runs JCStress with the arguments of its own main class, and fails if a test failed or was not
 * run: JCStress exits with 0 all the same.
 */
public final class Races {
  private static final Pattern RESULTS =
      Pattern.compile(
          "\\(Results: (\\d+) planned; (\\d+) passed, 0 failed, 0 soft errs, 0 hard errs\\)");

  private Races() {}

  /**
   * Runs the races.
   *
   * @param args as for JCStress
   * @throws Exception if JCStress throws it, or could not do its work
   */
  public static void main(String[] args) throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    System.setOut(new PrintStream(both(console, copy), true, Charset.defaultCharset()));
    Main.main(args);
    int passed = passed(copy.toString(Charset.defaultCharset()));
    int tests = tests();
    console.println("JCStress: " + tests + " races, " + passed + " runs of them passed");
    if (tests == 0 || passed < tests) {
      console.println("JCStress: some of them failed, or were not run");
      System.exit(1);
    }
  }

  /** Returns how many runs passed at last, or -1 if not all of those planned did. */
  private static int passed(String output) {
    Matcher results = RESULTS.matcher(output);
    int passed = -1;
    while (results.find()) {
      passed = results.group(1).equals(results.group(2)) ? Integer.parseInt(results.group(2)) : -1;
    }
    return passed;
  }

  /** Returns how many tests JCStress's annotation processor listed. */
  private static int tests() throws IOException {
    try (InputStream list = Races.class.getResourceAsStream("/META-INF/TestList")) {
      if (list == null) {
        return 0;
      }
      return (int)
          new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8)).lines().count();
    }
  }

  private static OutputStream both(OutputStream one, OutputStream other) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        one.write(b);
        other.write(b);
      }

      @Override
      public void write(byte[] b, int off, int len) throws IOException {
        one.write(b, off, len);
        other.write(b, off, len);
      }

      @Override
      public void flush() throws IOException {
        one.flush();
        other.flush();
      }
    };
  }
}
