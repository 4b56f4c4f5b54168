// SPDX-License-Identifier: Apache-2.0
// exec from another thread: one process, one thread, the same id.
#include "check.h"
#include <pthread.h>

static void *run_exec(void *argument) {
    execl("/proc/self/exe", "x", (char *)argument, NULL);
    _exit(9);
}

static void *wait_for_ever(void *argument) {
    for (;;) pause();
    return argument;
}

int main(int argc, char **argv) {
    if (argc > 1) {
        CHECK(getpid() == atoi(argv[1]), "the process id stays");
        CHECK(syscall(SYS_gettid) == getpid(), "the caller became the leader");
        DIR *tasks = opendir("/proc/self/task");
        int count = 0;
        struct dirent *entry;
        while ((entry = readdir(tasks))) count += entry->d_name[0] != '.';
        CHECK_EQ(count, 1);
        DONE();
    }
    char pid[16];
    pid_t child = fork();
    if (child == 0) {
        snprintf(pid, sizeof pid, "%d", getpid());
        pthread_t thread[3];
        pthread_create(&thread[0], NULL, wait_for_ever, NULL);
        pthread_create(&thread[1], NULL, wait_for_ever, NULL);
        pthread_create(&thread[2], NULL, run_exec, pid);
        pthread_join(thread[2], NULL);
        _exit(8);
    }
    CHECK_EQ(check_wait(child), 0);
    child = fork();
    if (child == 0) {
        snprintf(pid, sizeof pid, "%d", getpid());
        pthread_t thread;
        pthread_create(&thread, NULL, wait_for_ever, NULL);
        run_exec(pid);
    }
    CHECK_EQ(check_wait(child), 0);
    DONE();
}
