// SPDX-License-Identifier: Apache-2.0
// What the kernel shows of threads: gettid, names in /proc, /proc/self/task, tgkill, set_tid_address, membarrier, rseq.
#include "../process/support.h"
#include <dirent.h>

static int ready[2], go[2];
static pid_t id;
static void *named(void *arg) {
    prctl(PR_SET_NAME, "worker");
    id = thread_id();
    notify(ready[1]);
    await(go[0]);
    return arg;
}
static int tasks(void) {
    DIR *directory = opendir("/proc/self/task");
    int count = 0;
    for (struct dirent *e; directory && (e = readdir(directory));) count += e->d_name[0] != '.';
    if (directory) closedir(directory);
    return count;
}

int main(void) {
    CHECK(pipe(ready) == 0 && pipe(go) == 0 && tasks() == 1, "one task at first");
    pthread_t thread;
    pthread_create(&thread, NULL, named, NULL);
    await(ready[0]);
    CHECK(id != getpid() && id > 0 && tasks() == 2, "a thread has its own id and is listed");
    char path[64], text[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", id);
    CHECK(file_is(path, "worker\n"), "its name is in /proc");
    snprintf(path, sizeof path, "/proc/%d/comm", getpid());
    int fd = open(path, O_RDONLY);
    CHECK(read(fd, text, sizeof text) > 0 && strcmp(text, "worker\n"), "the process keeps its own");
    CHECK_EQ(syscall(SYS_tgkill, getpid(), id, 0), 0);
    CHECK_ERRNO(syscall(SYS_tgkill, id, id, 0), ESRCH);
    CHECK_ERRNO(syscall(SYS_tgkill, getpid(), -1, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_tkill, INT_MAX, 0), ESRCH);
    CHECK_ERRNO(syscall(SYS_tkill, 0, 0), EINVAL);
    notify(go[1]);
    pthread_join(thread, NULL);
    long query = syscall(SYS_membarrier, 0, 0, 0);
    CHECK(query >= 0 || errno == ENOSYS, "membarrier answers or is absent");
    CHECK_ERRNO(syscall(334, 8L, 1, 0, 0), EINVAL);
    DONE();
}
