// SPDX-License-Identifier: Apache-2.0
// fork: return values, copy-on-write memory, shared descriptors, inherited and reset attributes (fork(2)).
#include "../process/support.h"

static int global = 1;

int main(void) {
    int ends[2], local = 2;
    CHECK(pipe(ends) == 0, "a pipe to talk through");
    char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t parent = getpid();
    block(SIGUSR1);
    raise(SIGUSR1);
    alarm(100);
    umask(027);
    pid_t pid = fork();
    if (pid == 0) {
        int good = getppid() == parent && getpid() != parent && global == 1 && local == 2;
        global = 10, local = 20, shared[0] = 's', private[0] = 'p';
        good = good && !is_pending(SIGUSR1) && alarm(0) == 0 && umask(0) == 027;
        notify(ends[1]);
        _exit(good ? 33 : 1);
    }
    CHECK(pid > 0, "the parent gets a pid");
    CHECK(await(ends[0]), "the child writes to the inherited pipe");
    CHECK(exit_code(pid) == 33, "the child sees its own ids, no pending signal, no alarm, the umask");
    CHECK(global == 1 && local == 2 && private[0] == 0, "private memory is copied");
    CHECK(shared[0] == 's', "shared memory is shared");
    CHECK(is_pending(SIGUSR1), "the parent's signal stays pending");
    CHECK(alarm(0) > 0, "the parent's alarm stays armed");
    FILE *file = tmpfile();
    int fd = fileno(file);
    pid = CHILD(write(fd, "abcd", 4));
    CHECK(exit_code(pid) == 0 && lseek(fd, 0, SEEK_CUR) == 4, "the file offset is shared");
    DONE();
}
