// SPDX-License-Identifier: Apache-2.0
// /proc/self/task lists threads, each with its own name.
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>

static pthread_barrier_t ready, end;
static pid_t id[3];

static void *run(void *argument) {
    long number = (long)argument;
    char name[16];
    snprintf(name, sizeof name, "worker-%ld", number);
    prctl(PR_SET_NAME, name);
    id[number] = (pid_t)syscall(SYS_gettid);
    pthread_barrier_wait(&ready);
    pthread_barrier_wait(&end);
    return NULL;
}

static int count_tasks(void) {
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    struct dirent *entry;
    while (tasks && (entry = readdir(tasks))) count += entry->d_name[0] != '.';
    if (tasks) closedir(tasks);
    return count;
}

static bool comm_is(pid_t thread, const char *expected) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread);
    return file_is(path, expected);
}

int main(void) {
    CHECK_EQ(count_tasks(), 1);
    pthread_barrier_init(&ready, NULL, 4);
    pthread_barrier_init(&end, NULL, 4);
    pthread_t thread[3];
    for (long i = 0; i < 3; i++) pthread_create(&thread[i], NULL, run, (void *)i);
    pthread_barrier_wait(&ready);
    CHECK_EQ(count_tasks(), 4);
    CHECK(comm_is(id[0], "worker-0\n") && comm_is(id[2], "worker-2\n"), "each thread has its name");
    CHECK(comm_is(getpid(), "tasks\n"), "the leader keeps its own");
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/%d/status", id[1]);
    FILE *status = fopen(path, "r");
    int threads = 0, tgid = 0, pid = 0;
    while (status && fgets(line, sizeof line, status)) {
        sscanf(line, "Threads: %d", &threads);
        sscanf(line, "Tgid: %d", &tgid);
        sscanf(line, "Pid: %d", &pid);
    }
    if (status) fclose(status);
    CHECK_EQ(threads, 4);
    CHECK(tgid == getpid() && pid == id[1], "/proc/TID works though it is not listed");
    pthread_barrier_wait(&end);
    for (int i = 0; i < 3; i++) pthread_join(thread[i], NULL);
    int left = count_tasks();
    for (int i = 0; i < 200 && left != 1; i++, left = count_tasks()) usleep(1000);
    CHECK_EQ(left, 1);
    DONE();
}
