/*
 * Preloaded into a server, this sets its wall clock: ahead by as many microseconds as the file says that the
 * environment variable CLOCK_OFFSET names (eight bytes, in this machine's order). The file is mapped, so a
 * change has effect at once. The monotonic clock stays as it is.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t MICROS = 1000000;

static int64_t offset(void) {
  static volatile int64_t *mapped;
  if (mapped == NULL) {
    static volatile int64_t none;
    const char *name = getenv("CLOCK_OFFSET");
    int file = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
    void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *mapped, PROT_READ, MAP_SHARED, file, 0);
    mapped = page == MAP_FAILED ? &none : page;
  }
  return *mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int) syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    int64_t micros = now->tv_sec * MICROS + now->tv_nsec / 1000 + offset();
    now->tv_nsec = micros % MICROS * 1000 + now->tv_nsec % 1000;
    now->tv_sec = micros / MICROS;
  }
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  (void) zone;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (now != NULL) {
    *now = exact.tv_sec;
  }
  return exact.tv_sec;
}
