package io.github.gatewayqueue.large;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.gatewayqueue.large.RecordLine.Kind;
import io.github.gatewayqueue.large.StartRecord.Past;
import io.github.gatewayqueue.local.engine.BackgroundLogger;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300) // only if something hangs
class StartRecordTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
  private static final String BOOT = "7a1f7a09";
  private static final Duration HOLD = Duration.ofSeconds(30);
  private static final String HEADER = "gateway-queue start record 1";

  private Path folder;
  private Path file;
  private CapturedLog log;

  /** The present, of all records that are not told otherwise. */
  private volatile RecordedMoment now = new RecordedMoment(NOON, BOOT, 1_000_000);

  private final List<StartRecord> opened = new ArrayList<>();

  /** Not removed at the end: Windows keeps what is open, and the lock is until the JVM ends. */
  @BeforeEach
  void createFolder() throws IOException, InterruptedException {
    folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "record");
    file = folder.resolve("starts");
    BackgroundLogger.awaitLogged(); // what other tests caused
    log = new CapturedLog("io.github.gatewayqueue.large", Level.INFO);
  }

  @AfterEach
  void close() {
    opened.forEach(StartRecord::close);
    log.close();
  }

  private StartRecord open() {
    return open(FileOutputStream::new);
  }

  private StartRecord open(StartRecord.Opener opener) {
    var record = StartRecord.open(file, () -> now, opener);
    opened.add(record);
    return record;
  }

  /** Opens the record as the next process does, after the end of this one. */
  private StartRecord reopen(StartRecord record) {
    record.close();
    return open();
  }

  private void pass(Duration time) {
    now =
        new RecordedMoment(
            now.wall().plus(time), now.boot(), now.uptimeMillis() + Math.max(0, time.toMillis()));
  }

  private static Past start(long shard, int bucket, long ageNanos) {
    return new Past(Kind.START, shard, bucket, ageNanos, HOLD.toNanos());
  }

  private static List<Past> starts(StartRecord record) {
    return record.past().stream().filter(past -> past.kind() == Kind.START).toList();
  }

  private static List<Long> processAgesNanos(StartRecord record) {
    return record.past().stream()
        .filter(past -> past.kind() == Kind.PROCESS)
        .map(Past::ageNanos)
        .toList();
  }

  private static List<Long> shards(StartRecord record) {
    return starts(record).stream().map(Past::shard).toList();
  }

  private List<String> logged() throws InterruptedException {
    BackgroundLogger.awaitLogged();
    return List.copyOf(log.lines());
  }

  /** Returns how the record is refused, with which message. */
  private String refusal() {
    var refusal =
        String.valueOf(assertThrows(IllegalArgumentException.class, this::open).getMessage());
    assertTrue(refusal.contains(file.getFileName().toString()), refusal);
    return refusal;
  }

  // What it tells

  @Test
  void open_noFile_nothingButThisProcess() {
    StartRecord record = open();
    assertEquals(List.of(), starts(record));
    assertEquals(List.of(0L), processAgesNanos(record));
    assertTrue(Files.exists(file));
  }

  @Test
  void open_afterStarts_toldWithTheirAges() {
    StartRecord record = open();
    record.started(3, 3, HOLD);
    pass(Duration.ofSeconds(6));
    record.started(19, 3, HOLD);
    pass(Duration.ofSeconds(2));
    long tick = Duration.ofMillis(10).toNanos(); // may be younger than it is, never older
    assertEquals(
        List.of(
            start(3, 3, Duration.ofSeconds(8).toNanos() - tick),
            start(19, 3, Duration.ofSeconds(2).toNanos() - tick)),
        starts(reopen(record)));
  }

  @Test
  void open_secondAndThirdProcess_eachIsTold() {
    StartRecord record = open();
    pass(Duration.ofSeconds(7));
    record = reopen(record);
    pass(Duration.ofSeconds(7));
    long tick = Duration.ofMillis(10).toNanos();
    assertEquals(
        List.of(
            Duration.ofSeconds(14).toNanos() - tick, Duration.ofSeconds(7).toNanos() - tick, 0L),
        processAgesNanos(reopen(record)));
  }

  @Test
  void cancelled_start_countsNeitherHereNorLater() {
    StartRecord record = open();
    record.started(0, 0, HOLD);
    RecordLine start = record.started(1, 1, HOLD);
    record.started(2, 2, HOLD);
    record.cancelled(start);
    assertEquals(List.of(0L, 2L), shards(record));
    assertEquals(List.of(0L, 2L), shards(reopen(record)));
  }

  @Test
  void cancelled_twiceOrForgotten_nothingElseIsTakenOut() throws IOException {
    StartRecord record = open();
    RecordLine start = record.started(1, 1, HOLD);
    record.cancelled(start);
    List<String> lines = Files.readAllLines(file);
    record.cancelled(start);
    record.cancelled(null);
    assertEquals(lines, Files.readAllLines(file));
    record.started(1, 1, HOLD);
    assertEquals(List.of(1L), shards(reopen(record)));
  }

  @Test
  void file_isReadableText() throws IOException {
    StartRecord record = open();
    pass(Duration.ofMillis(1234));
    record.cancelled(record.started(Long.MAX_VALUE, 65_535, HOLD));
    assertEquals(
        List.of(
            HEADER,
            "process 2026-11-30T12:00:00Z 7a1f7a09 1000000 -1 -1 0",
            "start 2026-11-30T12:00:01.234Z 7a1f7a09 1001234 9223372036854775807 65535 30000",
            "cancelled 2026-11-30T12:00:01.234Z 7a1f7a09 1001234 9223372036854775807 65535 30000"),
        Files.readAllLines(file).stream()
            .map(line -> line.replaceAll(" \\p{XDigit}{8}$", ""))
            .toList());
  }

  @Test
  void open_whatThePageShows_isRead() throws IOException, InterruptedException {
    String page = Files.readString(Path.of("..", "docs", "large.md")).replace("\r", "");
    int begin = page.indexOf(HEADER + "\n");
    Files.writeString(file, page.substring(begin, page.indexOf("```", begin)));
    StartRecord record = open();
    assertEquals(2, processAgesNanos(record).size());
    assertEquals(List.of(), starts(record));
    assertEquals(List.of(), logged());
  }

  // Clocks

  @Test
  void age_wallClockStepsWithinABoot_doesNotMatter() {
    StartRecord record = open();
    record.started(1, 1, HOLD);
    for (Duration step : List.of(Duration.ofDays(400), Duration.ofDays(-400), Duration.ZERO)) {
      now = new RecordedMoment(NOON.plus(step), BOOT, 1_005_010);
      assertEquals(List.of(start(1, 1, 5_000_000_000L)), starts(record));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "60010, 00000000, 2000000, 60", // another boot
    "60010, " + BOOT + ", 999999, 60", // the uptime went down
    "-3600000, 00000000, 5, 0" // it is of the future
  })
  void age_notByTheUptime_byTheWallClock(long millis, String boot, long uptime, long ageSeconds) {
    StartRecord record = open();
    record.started(1, 1, HOLD);
    now = new RecordedMoment(NOON.plusMillis(millis), boot, uptime);
    assertEquals(List.of(start(1, 1, ageSeconds * 1_000_000_000)), starts(record));
    assertEquals(List.of(start(1, 1, ageSeconds * 1_000_000_000)), starts(reopen(record)));
  }

  @Test
  void age_noBoot_byTheWallClock() {
    now = new RecordedMoment(NOON, "-", -1);
    StartRecord record = open();
    record.started(1, 1, HOLD);
    now = new RecordedMoment(NOON.plusMillis(60_010), "-", -1);
    assertEquals(List.of(start(1, 1, 60_000_000_000L)), starts(reopen(record)));
  }

  @Test
  void age_farthestMoments_neitherOverflows() {
    now = new RecordedMoment(Instant.MIN, "-", -1);
    StartRecord record = open();
    record.started(1, 1, HOLD);
    now = new RecordedMoment(Instant.MAX, "-", -1);
    assertEquals(List.of(), shards(record));
    record.started(2, 2, HOLD);
    now = new RecordedMoment(Instant.MIN, "-", -1);
    assertEquals(List.of(2L), shards(record).stream().filter(shard -> shard == 2).toList());
  }

  @Test
  void now_ofThisSystem_doesNotGoBack() {
    RecordedMoment before = RecordedMoment.now();
    RecordedMoment after = RecordedMoment.now();
    assertTrue(before.uptimeMillis() <= after.uptimeMillis(), before + " " + after);
    assertEquals(before.boot(), after.boot());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "the boot's id")
  void now_onLinux_hasBootAndUptime() {
    assumeFalse(Files.notExists(Path.of("/proc/sys/kernel/random/boot_id")), "no boot id here");
    RecordedMoment moment = RecordedMoment.now();
    assertTrue(moment.boot().matches("[0-9a-f]{8}"), moment.toString());
    assertTrue(moment.uptimeMillis() > 0, moment.toString());
  }

  // A crash, and a disk that lies

  @Test
  void open_cutOffAtAnyByte_allWholeLinesCount() throws IOException, InterruptedException {
    StartRecord record = open();
    for (int shard = 0; shard < 5; shard++) {
      record.started(shard, shard, HOLD);
    }
    record.close();
    String whole = Files.readString(file, ISO_8859_1);
    for (int length = 0; length <= whole.length(); length++) {
      String cut = whole.substring(0, length);
      Files.writeString(file, cut, ISO_8859_1);
      StartRecord next = open();
      // A line that misses nothing but its end is whole.
      long lines = cut.lines().filter(whole.lines().toList()::contains).count();
      long starts = Math.max(0, lines - 2);
      assertEquals(LongStream.range(0, starts).boxed().toList(), shards(next), cut);
      next.started(99, 99, HOLD);
      assertEquals(starts + 1, shards(reopen(next)).size(), cut);
      opened.forEach(StartRecord::close);
      opened.clear();
    }
    assertEquals(List.of(), logged());
  }

  @Test
  void open_garbled_whatIsLeftCounts() throws IOException {
    StartRecord record = open();
    for (int shard = 0; shard < 20; shard++) {
      record.started(shard, shard, HOLD);
    }
    record.close();
    byte[] whole = Files.readAllBytes(file);
    for (int seed = 0; seed < 1000; seed++) {
      var random = new SplittableRandom(seed);
      byte[] garbled = garble(whole, random);
      Files.write(file, garbled);
      StartRecord next;
      try {
        next = open();
      } catch (IllegalArgumentException e) {
        assertTrue(e.toString().contains("does not begin"), "seed " + seed + ": " + e);
        assertArrayEquals(garbled, Files.readAllBytes(file));
        continue;
      }
      List<Long> shards = shards(next);
      assertEquals(
          shards.stream().filter(shard -> shard >= 0 && shard < 20).distinct().toList(),
          shards,
          "seed " + seed);
      next.started(99, 99, HOLD);
      next = reopen(next);
      assertEquals(shards.size() + 1, shards(next).size(), "seed " + seed);
      opened.forEach(StartRecord::close);
      opened.clear();
    }
  }

  /** Changes, inserts or removes up to 50 bytes, or up to 5 stretches. */
  private static byte[] garble(byte[] whole, SplittableRandom random) {
    byte[] garbled = whole.clone();
    if (random.nextBoolean()) {
      for (int i = random.nextInt(1, 50); i > 0; i--) {
        garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
      }
      return garbled;
    }
    StringBuilder text = new StringBuilder(new String(garbled, ISO_8859_1));
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      int at = random.nextInt(text.length() + 1);
      if (random.nextBoolean()) {
        text.delete(at, Math.min(text.length(), at + random.nextInt(200)));
      } else {
        text.insert(at, "\n\u0000start -1 \u00ff".substring(0, random.nextInt(1, 12)));
      }
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  @Test
  void open_brokenLines_oneWarningAndTheFileIsWholeAgain()
      throws IOException, InterruptedException {
    StartRecord record = open();
    record.started(1, 1, HOLD);
    record.started(2, 2, HOLD);
    record.started(3, 3, HOLD);
    record.close();
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(2, lines.get(2).replace(" 1 1 ", " 1 7 "));
    lines.set(4, "\u0000".repeat(100));
    Files.write(file, lines, ISO_8859_1);
    record = open();
    assertEquals(List.of(2L), shards(record));
    assertEquals(
        List.of(
            "WARNING: 2 lines of the start record " + file + " cannot be read, and are skipped"),
        logged());
    assertEquals(List.of(2L), shards(reopen(record)));
    assertEquals(1, logged().size());
  }

  @Test
  void open_manyBytesThatAreNoRecord_refusedAndUntouched() throws IOException {
    for (String text :
        List.of(
            "DISCORD_TOKEN=x\n", "DISCORD_TOKEN=x", "\n", "\u0000".repeat(4096), HEADER + "0\n")) {
      Files.writeString(file, text, ISO_8859_1);
      assertTrue(refusal().contains("does not begin with"));
      assertEquals(text, Files.readString(file, ISO_8859_1));
    }
    Files.delete(file);
    assertEquals(List.of(), starts(open()));
  }

  @Test
  void open_leftoverOfACrashBesideIt_doesNotMatter() throws IOException {
    Files.writeString(folder.resolve("starts.new"), "half of a li");
    StartRecord record = open();
    record.started(1, 1, HOLD);
    assertEquals(List.of(1L), shards(reopen(record)));
  }

  // Locking

  @Test
  void open_byALaterQueue_takesItOverWithAllStarts() throws IOException, InterruptedException {
    StartRecord former = open();
    former.started(1, 1, HOLD);
    StartRecord later = open();
    assertEquals(List.of(1L), shards(later));
    assertEquals(2, processAgesNanos(later).size());
    assertEquals(List.of(), logged());
    former.started(2, 2, HOLD);
    former.started(3, 3, HOLD);
    later.started(4, 4, HOLD);
    assertEquals(List.of(1L, 4L), shards(open()));
    assertEquals(
        List.of(
            "WARNING: the start record "
                + file.toRealPath()
                + " is used by a queue that was built later: this one records no more starts"),
        logged());
  }

  @Test
  void open_sameFileByAnotherName_takesItOver() throws IOException {
    StartRecord former = open();
    Files.createDirectory(folder.resolve("below"));
    file = folder.resolve("below/../starts");
    open();
    former.started(1, 1, HOLD);
    assertEquals(List.of(), shards(open()));
  }

  @Test
  void open_refused_theFormerQueueKeepsIt() throws IOException, InterruptedException {
    StartRecord former = open();
    former.started(1, 1, HOLD);
    String whole = Files.readString(file, ISO_8859_1);
    Files.writeString(file, "DISCORD_TOKEN=x");
    refusal();
    Files.writeString(file, whole, ISO_8859_1);
    former.started(2, 2, HOLD);
    assertEquals(List.of(1L, 2L), shards(open()));
    assertEquals(List.of(), logged());
  }

  @Test
  void open_otherProcess_refusedUntilThatIsKilledAndThenAllIsThere() throws Exception {
    now = RecordedMoment.now();
    List<String> printed;
    try (JavaProcess process = JavaProcess.of(RecordingProcess.class, file)) {
      process.awaitLine(RecordingProcess.STARTED + 1000);
      assertEquals(
          "the start record " + file.toRealPath() + " is in use by another process", refusal());
      printed = process.lines();
    } // it is killed, and all that it has printed was read
    StartRecord record = open();
    long told = printed.stream().filter(line -> line.matches("started \\d+")).count();
    List<Long> shards = shards(record);
    assertTrue(shards.size() >= told, shards.size() + " of " + told);
    assertEquals(LongStream.range(0, shards.size()).boxed().toList(), shards);
    assertEquals(2, processAgesNanos(record).size());
    assertEquals(List.of(), logged());
  }

  @Test
  @Thorough("takes a while: 40 processes; the default tier kills one")
  void started_processesKilledAtAnyMoment_allThatWasToldIsThere() throws Exception {
    var random = new SplittableRandom(1);
    long told = 0;
    for (int i = 0; i < 40; i++) {
      List<String> printed;
      try (JavaProcess process = JavaProcess.of(RecordingProcess.class, file)) {
        process.awaitLine(RecordingProcess.STARTED + random.nextInt(3000));
        printed = process.lines();
      }
      String found = printed.getFirst();
      assertTrue(found.startsWith(RecordingProcess.FOUND), found);
      long before = Long.parseLong(found.substring(RecordingProcess.FOUND.length()));
      assertTrue(before >= told, before + " of " + told); // some could not be printed any more
      told = before + printed.stream().filter(line -> line.matches("started \\d+")).count();
    }
    assertTrue(starts(open()).size() >= told);
    assertEquals(List.of(), logged());
  }

  @Test
  void open_otherProcessAfterTwoQueuesOfThisOne_refused() throws Exception {
    open();
    open(); // which must not give up the lock of the first
    try (JavaProcess process = JavaProcess.of(RecordingProcess.class, file)) {
      process.awaitLine(""); // its first
      String line = process.lines().getFirst();
      assertTrue(line.endsWith(" is in use by another process"), line);
    }
  }

  // Where it cannot be

  @Test
  void open_noSuchFolder_refused() {
    file = folder.resolve("missing/starts");
    assertEquals(
        "cannot use "
            + file
            + " as the start record: java.nio.file.NoSuchFileException: "
            + file.getParent(),
        refusal());
  }

  @Test
  void open_folder_refused() {
    file = folder;
    assertTrue(refusal().contains("not a regular file"));
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "a device")
  void open_endlessDevice_refused() {
    file = Path.of("/dev/zero");
    assertTrue(refusal().contains("not a regular file"));
  }

  @Test
  void open_readOnlyFolder_refused() {
    assertTrue(folder.toFile().setReadOnly());
    try {
      assumeFalse(Files.isWritable(folder), "this user, such as root, may write everywhere");
      assertTrue(refusal().contains("AccessDenied"));
    } finally {
      assertTrue(folder.toFile().setWritable(true));
    }
  }

  /** Opens a file, or else the disk is full. */
  private static final class Disk implements StartRecord.Opener {
    volatile boolean full;

    /** How many bytes fit still, before it is full. */
    volatile int room;

    @Override
    public OutputStream open(File file, boolean append) throws IOException {
      var real = new FileOutputStream(file, append);
      return new OutputStream() {
        @Override
        public void write(int b) {
          throw new AssertionError("more than one write");
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          if (full) {
            real.write(bytes, from, Math.min(length, room));
            throw new IOException("No space left on device");
          }
          real.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }
  }

  @Test
  void started_diskFullForAWhile_oneWarningAndNothingIsMissingAfterwards()
      throws IOException, InterruptedException {
    var disk = new Disk();
    StartRecord record = open(disk);
    record.started(1, 1, HOLD);
    disk.full = true;
    disk.room = 20;
    record.started(2, 2, HOLD);
    RecordLine start = record.started(3, 3, HOLD);
    record.cancelled(start);
    assertEquals(List.of(1L, 2L), shards(record));
    assertEquals(
        List.of(
            "WARNING: the start record "
                + file.toRealPath()
                + " cannot be written, trying again at each start: java.io.IOException: No space"
                + " left on device"),
        logged());
    assertEquals(0, Files.size(file), "the next process would trust it");

    disk.full = false;
    record.started(4, 4, HOLD);
    Path copy = Files.copy(file, folder.resolve("as a crash leaves it"));
    var left = StartRecord.open(copy, () -> now, FileOutputStream::new);
    opened.add(left);
    assertEquals(List.of(1L, 2L, 4L), shards(left));
    disk.full = true;
    record.started(5, 5, HOLD);
    assertEquals(2, logged().size()); // once for each time
    assertEquals(List.of(), shards(reopen(record)));
  }

  @Test
  void open_diskFull_whatIsThereCountsAndItIsTriedAgain() throws InterruptedException {
    StartRecord record = open();
    record.started(1, 1, HOLD);
    record.close();
    var disk = new Disk();
    disk.full = true;
    record = open(disk);
    assertEquals(List.of(1L), shards(record));
    assertEquals(1, logged().size());
    disk.full = false;
    record.started(2, 2, HOLD);
    record = reopen(record);
    assertEquals(List.of(1L, 2L), shards(record));
    assertEquals(3, processAgesNanos(record).size());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "a device that is always full")
  void started_fullDevice_doesNotThrow() throws IOException, InterruptedException {
    StartRecord record = open((ignored, append) -> new FileOutputStream("/dev/full", append));
    record.started(1, 1, HOLD);
    assertEquals(List.of(1L), shards(record));
    assertTrue(logged().getFirst().contains("No space left on device"), logged()::toString);
    assertEquals(1, logged().size());
  }

  @Test
  void started_withoutMemory_doesNotThrow() {
    StartRecord record =
        open((ignored, append) -> {
          throw new OutOfMemoryError("as told");
        });
    record.cancelled(record.started(1, 1, HOLD));
    assertEquals(List.of(), starts(record));
  }

  // How long it is

  @Test
  void open_afterADay_keepsTheLast24HoursAndNothingElse() throws IOException {
    StartRecord record = open();
    record.started(1, 1, HOLD);
    pass(Duration.ofSeconds(1));
    record.started(2, 2, HOLD);
    record.cancelled(record.started(3, 3, HOLD));
    pass(Duration.ofDays(1).minusMillis(500));
    assertEquals(List.of(2L), shards(record));
    record = reopen(record);
    assertEquals(List.of(2L), shards(record));
    assertEquals(List.of(0L), processAgesNanos(record));
    assertEquals(3, Files.readAllLines(file).size());
  }

  @Test
  void started_manyDays_fileDoesNotGrow() throws IOException {
    StartRecord record = open();
    int most = 0;
    for (int i = 0; i < 20_000; i++) {
      record.started(i, i % 16, HOLD);
      if (i % 3 == 0) {
        record.cancelled(record.started(-1, 0, HOLD));
      }
      pass(Duration.ofDays(1).dividedBy(500));
      if (i % 100 == 0) {
        most = Math.max(most, Files.readAllLines(file).size());
      }
    }
    assertTrue(most < 2 * 501 + 1000 + 10, "lines: " + most);
    assertEquals(LongStream.range(19_500, 20_000).boxed().toList(), shards(record).subList(0, 500));
    assertEquals(shards(record), shards(reopen(record)));
  }

  // Threads

  @Test
  void started_byManyThreads_allAreThere() throws Exception {
    int threads = 8;
    int each = 1000;
    StartRecord record = open();
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      long first = (long) i * each;
      tasks.add(() -> {
        for (long shard = first; shard < first + each; shard++) {
          RecordLine start = record.started(shard, 0, HOLD);
          if (shard % 5 == 0) {
            record.cancelled(start);
          }
        }
        return null;
      });
    }
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (Future<Void> future : executor.invokeAll(tasks)) {
        future.get();
      }
    }
    assertEquals(
        LongStream.range(0, (long) threads * each).filter(shard -> shard % 5 != 0).boxed().toList(),
        shards(reopen(record)).stream().sorted().toList());
    assertEquals(List.of(), logged());
  }

  @Test
  void openAndStarted_interruptedThread_writtenAndStillInterrupted() throws InterruptedException {
    now = RecordedMoment.now();
    Thread.currentThread().interrupt();
    StartRecord record = StartRecord.open(file);
    opened.add(record);
    record.started(1, 1, HOLD);
    record.started(2, 2, HOLD);
    assertTrue(Thread.interrupted());
    assertEquals(List.of(1L, 2L), shards(reopen(record)));
    assertEquals(List.of(), logged());
  }
}
