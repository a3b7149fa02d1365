package io.github.gatewayqueue.local.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Main;

/** Runs JCStress, which takes it for a success if it finds nothing to run. */
public final class Races {
  private Races() {}

  /**
   * Runs the races.
   *
   * @param args as for JCStress's own main class, the first two of which say which races: {@code
   *     -t} and a regular expression
   * @throws Exception if JCStress could not do its work
   * @throws AssertionError if a race had a forbidden end
   */
  public static void main(String[] args) throws Exception {
    Pattern wanted = Pattern.compile(args[1]);
    long races = count(wanted);
    if (races == 0) {
      throw new IllegalStateException(
          "no races: none has \"" + wanted + "\" in its name, or JCStress's processor has not run");
    }
    Main.main(args);
    System.out.println("JCStress: " + races + " races were run, all ended as they may");
  }

  /** Counts what JCStress's annotation processor listed. */
  private static long count(Pattern wanted) throws IOException {
    try (InputStream list = Races.class.getResourceAsStream("/META-INF/TestList")) {
      return list == null
          ? 0
          : new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))
              .lines()
              .filter(race -> wanted.matcher(race).find())
              .count();
    }
  }
}
