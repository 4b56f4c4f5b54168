// SPDX-License-Identifier: Apache-2.0
// A shared futex in a file is one futex, at whatever address it is mapped; a private one is per process (futex(2)).
#include "../process/support.h"

int main(void) {
    temp_dir();
    int fd = open("word", O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0 && ftruncate(fd, 8192) == 0, "a file");
    int *one = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
        *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(one != two, "two mappings of it");
    pid_t pid = fork();
    if (pid == 0) {
        int other = open("word", O_RDWR);
        int *mine = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, other, 4096);
        while (syscall(SYS_futex, mine, 0, 0, NULL, NULL, 0) != 0) {}
        _exit(4);
    }
    long woken = 0;
    for (int i = 0; i < 1000 && !woken; i++) {
        woken = syscall(SYS_futex, two + 1024, 1, 1, NULL, NULL, 0);
        if (!woken) sleep_ms(1);
    }
    CHECK(woken == 1, "a wake through another mapping");
    CHECK(exit_code(pid) == 4, "reaches the other process");
    CHECK_EQ(syscall(SYS_futex, one, 1, 1, NULL, NULL, 0), 0);
    int *own = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ready[2];
    CHECK(pipe(ready) == 0, "a pipe");
    struct timespec limit = {0, 50000000};
    pid = CHILD(notify(ready[1]);
                _exit(syscall(SYS_futex, own, 128, 0, &limit, NULL, 0) == -1 && errno == ETIMEDOUT ? 5 : 6));
    await(ready[0]);
    sleep_ms(5);
    CHECK(syscall(SYS_futex, own, 129, 1, NULL, NULL, 0) == 0 && exit_code(pid) == 5,
          "a private futex does not cross fork");
    DONE();
}
