// Small commands that use the system by way of WASI. `commands-rs.rs` has the same ones; the test
// beside it expects the same output of both.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                       \
  if (!(condition)) {                                                          \
    fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition,                 \
            strerror(errno));                                                  \
    exit(1);                                                                   \
  }

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path) {
  char *names[16];
  int count = 0;
  DIR *dir = opendir(path);
  CHECK(dir);
  for (struct dirent *entry; count < 16 && (entry = readdir(dir));) {
    if (entry->d_name[0] != '.')
      names[count++] = strdup(entry->d_name);
  }
  closedir(dir);
  qsort(names, count, sizeof *names, by_name);
  for (int i = 0; i < count; i++)
    printf(" %s", names[i]);
  printf("\n");
}

// Makes files below `dir`, and looks at them in every way.
static void files(const char *dir) {
  char buffer[64];
  CHECK(chdir(dir) == 0);
  CHECK(mkdir("made", 0777) == 0);
  FILE *file = fopen("made/one", "w");
  CHECK(file && fputs("first line\nsecond line\n", file) >= 0 && fclose(file) == 0);
  file = fopen("made/one", "a");
  CHECK(file && fputs("third line\n", file) >= 0 && fclose(file) == 0);
  file = fopen("made/one", "r");
  CHECK(file);
  while (fgets(buffer, sizeof buffer, file))
    printf("read: %s", buffer);
  CHECK(fseek(file, 6, SEEK_SET) == 0);
  CHECK(fgets(buffer, 5, file));
  printf("at 6: %s\n", buffer);
  fclose(file);
  struct stat status;
  CHECK(stat("made/one", &status) == 0);
  printf("size: %d\n", (int)status.st_size);
  CHECK(rename("made/one", "made/two") == 0);
  file = fopen("made/three", "w");
  CHECK(file && fclose(file) == 0);
  printf("made:");
  list("made");
  CHECK(unlink("made/two") == 0 && unlink("made/three") == 0);
  CHECK(rmdir("made") == 0);
  printf("gone: %s\n", stat("made", &status) == 0 ? "no" : "yes");
  printf("outside: %s\n", fopen("../outside", "w") ? "yes" : "no");
}

static double seconds(void) {
  struct timespec now;
  CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void clocks(void) {
  double start = seconds();
  struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
  CHECK(nanosleep(&pause, 0) == 0);
  double slept = seconds() - start;
  printf("slept: %s\n", slept >= 0.02 && slept < 10 ? "yes" : "no");
  // Some day in 2020.
  printf("later than 2020: %s\n", time(0) > 1600000000 ? "yes" : "no");
}

// Something else each time.
static void chance(void) {
  unsigned char bytes[16];
  CHECK(getentropy(bytes, sizeof bytes) == 0);
  for (size_t i = 0; i < sizeof bytes; i++)
    printf("%02x", bytes[i]);
  printf("\n");
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "hello";
  const char *argument = argc > 2 ? argv[2] : "";
  if (!strcmp(command, "hello")) {
    printf("Hello, world!\n");
  } else if (!strcmp(command, "args")) {
    for (int i = 0; i < argc; i++)
      printf("%d: %s\n", i, argv[i]);
  } else if (!strcmp(command, "env")) {
    const char *value = getenv(argument);
    printf("%s: %s\n", argument, value ? value : "not set");
  } else if (!strcmp(command, "files")) {
    files(argument);
  } else if (!strcmp(command, "cat")) {
    static char buffer[4096];
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, stdin));)
      CHECK(fwrite(buffer, 1, got, stdout) == got);
  } else if (!strcmp(command, "exit")) {
    fprintf(stderr, "exiting\n");
    exit(atoi(argument));
  } else if (!strcmp(command, "trap")) {
    printf("before\n");
    fflush(stdout);
    __builtin_trap();
  } else if (!strcmp(command, "clocks")) {
    clocks();
  } else if (!strcmp(command, "chance")) {
    chance();
  } else {
    fprintf(stderr, "unknown command\n");
    return 2;
  }
  return 0;
}
