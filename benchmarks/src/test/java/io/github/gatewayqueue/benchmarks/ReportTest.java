package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReportTest {
  @Test
  void render_firstSectionTargetsAndSections_comeInThisOrder() {
    Report report = new Report();
    report.section("Speed", "How fast.");
    report.table(List.of("what", "ms"), List.of(List.of("one", "2")));
    report.firstSection("Bots", "Whole ones.");
    report.table(List.of("bot", "s"), List.of(List.of("ours", "5")));
    report.remark("Not all.");
    report.target("speed", "1", "2", "2.00", "≤ 1.25", false);
    report.target("size", "1", "1", "1.00", "≤ 1.25", true);

    assertEquals(
        """
        # Results

        Begin

        ## Bots

        Whole ones.

        | bot | s |
        |---|---|
        | ours | 5 |

        Not all.

        ## Targets

        | what | limit | ours | ratio | wanted |  |
        |---|---|---|---|---|---|
        | speed | 1 | 2 | 2.00 | ≤ 1.25 | **missed** |
        | size | 1 | 1 | 1.00 | ≤ 1.25 | met |

        ## Speed

        How fast.

        | what | ms |
        |---|---|
        | one | 2 |

        End
        """,
        report.render("Begin", "End"));
  }

  @Test
  void violation_one_isKept() {
    Report report = new Report();
    assertTrue(report.violations().isEmpty());
    report.violation("too fast");
    assertEquals(List.of("too fast"), report.violations());
  }

  @Test
  void number_sizes_haveTwoOrThreeDigits() {
    assertEquals("1,234,568", Report.number(1_234_567.8));
    assertEquals("64", Report.number(64));
    assertEquals("12.3", Report.number(12.34));
    assertEquals("1.23", Report.number(1.234));
    assertEquals("-0.0123", Report.number(-0.01234));
    assertEquals("–", Report.number(Double.NaN));
  }

  @Test
  void spread_severalValues_hasWhatLiesAroundTheMedian() {
    assertEquals("2 (1–4)", Report.spread(new Sample(4, 1, 2)));
    assertEquals("2", Report.spread(new Sample(2)));
  }
}
