// SPDX-License-Identifier: Apache-2.0
// System V semaphores: atomic operations, waiting, undoing at the end of a process, control (semop(2), semctl(2)).
#include "../process/support.h"
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/sem.h>

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
    struct seminfo *info;
};

static int make(int count) { return semget(IPC_PRIVATE, count, IPC_CREAT | 0600); }
static int value(int id, int n) { return semctl(id, n, GETVAL); }
static int set(int id, int n, int v) { return semctl(id, n, SETVAL, (union semun){.val = v}); }
static int one(int id, int n, int change, int flags) {
    struct sembuf op = {(unsigned short)n, (short)change, (short)flags};
    return semop(id, &op, 1);
}
static void drop(int id) { semctl(id, 0, IPC_RMID); }

static void until_waiting(int id, int n, int command, int count) {
    while (semctl(id, n, command) != count) usleep(1000);
}

static void keys(void) {
    key_t key = 0x434d0000 | (getpid() & 0xffff);
    CHECK_ERRNO(semget(key, 2, 0600), ENOENT);
    int id = semget(key, 3, IPC_CREAT | IPC_EXCL | 0640);
    CHECK(id >= 0, "a set under a key");
    CHECK_ERRNO(semget(key, 3, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    CHECK(semget(key, 0, 0) == id, "found by its key");
    CHECK_ERRNO(semget(key, 4, 0), EINVAL);
    CHECK_ERRNO(semget(IPC_PRIVATE, 0, 0600), EINVAL);
    CHECK_ERRNO(semget(IPC_PRIVATE, -1, 0600), EINVAL);
    CHECK_ERRNO(semget(IPC_PRIVATE, 32001, 0600), EINVAL);
    struct semid_ds d;
    CHECK(semctl(id, 0, IPC_STAT, (union semun){.buf = &d}) == 0 && d.sem_nsems == 3 && d.sem_perm.__key == key &&
              (d.sem_perm.mode & 07777) == 0640 && d.sem_otime == 0 && d.sem_ctime != 0 && d.sem_perm.uid == geteuid(),
          "IPC_STAT");
    d.sem_perm.mode = 0600;
    CHECK(semctl(id, 0, IPC_SET, (union semun){.buf = &d}) == 0 && semctl(id, 0, IPC_STAT, (union semun){.buf = &d}) == 0 &&
              d.sem_perm.mode == 0600,
          "IPC_SET changes the mode");
    CHECK_ERRNO(semctl(id + 100000, 0, IPC_SET, (union semun){.buf = NULL}), EFAULT);
    CHECK_ERRNO(semctl(id + 100000, 0, IPC_SET, (union semun){.buf = &d}), EINVAL);
    CHECK_ERRNO(semctl(id, 0, 99), EINVAL);
    CHECK_ERRNO(semctl(id, 0, IPC_STAT, (union semun){.buf = (void *)1}), EFAULT);
    CHECK_ERRNO(semctl(-1, 0, GETVAL), EINVAL);
    drop(id);
    CHECK_ERRNO(semctl(id, 0, GETVAL), EINVAL);
    CHECK_ERRNO(one(id, 0, 1, 0), EINVAL);
}

static void values(void) {
    int id = make(3);
    unsigned short all[3] = {5, 0, 32767};
    CHECK(semctl(id, 0, SETALL, (union semun){.array = all}) == 0, "SETALL");
    memset(all, 0, sizeof all);
    CHECK(semctl(id, 0, GETALL, (union semun){.array = all}) == 0 && all[0] == 5 && all[1] == 0 && all[2] == 32767, "GETALL");
    CHECK_ERRNO(set(id, 0, 32768), ERANGE);
    CHECK_ERRNO(set(id, 0, -1), ERANGE);
    CHECK_ERRNO(set(id, 3, 1), EINVAL);
    CHECK_ERRNO(value(id, -1), EINVAL);
    all[1] = 40000;
    CHECK_ERRNO(semctl(id, 0, SETALL, (union semun){.array = all}), ERANGE);
    CHECK_ERRNO(one(id, 2, 1, 0), ERANGE);
    CHECK(one(id, 0, -2, 0) == 0 && value(id, 0) == 3, "a decrement that need not wait");
    CHECK_EQ(semctl(id, 0, GETPID), getpid());
    CHECK_ERRNO(one(id, 1, -1, IPC_NOWAIT), EAGAIN);
    CHECK_ERRNO(one(id, 0, 0, IPC_NOWAIT), EAGAIN);
    CHECK(one(id, 1, 0, 0) == 0, "zero is awaited and there");
    CHECK_ERRNO(one(id, 3, 1, 0), EFBIG);
    struct sembuf ops[501] = {{0}};
    CHECK_ERRNO(semop(id, ops, 0), EINVAL);
    CHECK_ERRNO(semop(id, ops, 501), E2BIG);
    CHECK_ERRNO(semop(id, (void *)1, 1), EFAULT);
    struct sembuf both[2] = {{0, -1, IPC_NOWAIT}, {1, -1, IPC_NOWAIT}};
    CHECK_ERRNO(semop(id, both, 2), EAGAIN);
    CHECK_EQ(value(id, 0), 3);
    struct sembuf same[3] = {{1, 2, 0}, {1, -1, IPC_NOWAIT}, {1, -1, IPC_NOWAIT}};
    CHECK(semop(id, same, 3) == 0 && value(id, 1) == 0, "operations on one semaphore see each other");
    struct semid_ds d;
    semctl(id, 0, IPC_STAT, (union semun){.buf = &d});
    CHECK(d.sem_otime != 0, "the time of the last operation");
    struct timespec short_time = {0, 20000000}, bad = {0, -1};
    struct sembuf down = {1, -1, 0};
    CHECK_ERRNO(semtimedop(id, &down, 1, &short_time), EAGAIN);
    CHECK_ERRNO(semtimedop(id, &down, 1, &bad), EINVAL);
    CHECK(semctl(id, 1, GETNCNT) == 0, "nobody waits after the time");
    drop(id);
}

static void waiting(void) {
    int id = make(2);
    pid_t child = fork();
    if (child == 0) _exit(one(id, 0, -2, 0) == 0 && one(id, 0, 0, 0) == 0 ? 7 : 1);
    until_waiting(id, 0, GETNCNT, 1);
    CHECK(one(id, 0, 1, 0) == 0 && value(id, 0) == 1, "too little for the waiter stays");
    CHECK(one(id, 0, 2, 0) == 0 && value(id, 0) == 1, "the waiter has taken its part at once");
    CHECK_EQ(semctl(id, 0, GETPID), child);
    until_waiting(id, 0, GETZCNT, 1);
    CHECK(one(id, 0, -1, 0) == 0, "down to zero");
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7, "both waits ended");

    child = fork();
    if (child == 0) {
        int failed = one(id, 1, -1, 0);
        _exit(failed == -1 && errno == EIDRM ? 7 : 1);
    }
    until_waiting(id, 1, GETNCNT, 1);
    drop(id);
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "removal ends a wait with EIDRM");
}

static void on_alarm(int number) { (void)number; }

static void interrupted(void) {
    int id = make(1);
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    pid_t child = fork();
    if (child == 0) {
        int failed = one(id, 0, -1, 0);
        _exit(failed == -1 && errno == EINTR && semctl(id, 0, GETNCNT) == 0 ? 7 : 1);
    }
    until_waiting(id, 0, GETNCNT, 1);
    kill(child, SIGALRM);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "a signal ends a wait, SA_RESTART or not");
    drop(id);
}

static void undo(void) {
    int id = make(2);
    set(id, 0, 4);
    pid_t child = fork();
    if (child == 0) _exit(one(id, 0, -3, SEM_UNDO) == 0 && one(id, 1, 5, SEM_UNDO) == 0 && one(id, 1, 1, 0) == 0 ? 7 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "a child operates with SEM_UNDO");
    CHECK(value(id, 0) == 4 && value(id, 1) == 1, "its end takes back what was marked");
    CHECK_EQ(semctl(id, 0, GETPID), child);

    child = fork();
    if (child == 0) {
        one(id, 0, -4, SEM_UNDO);
        raise(SIGKILL);
    }
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && value(id, 0) == 4, "a killed process too");

    child = fork();
    if (child == 0) {
        one(id, 0, -4, SEM_UNDO);
        if (fork() == 0) _exit(0);
        wait(NULL);
        _exit(value(id, 0) == 0 ? 7 : 1);
    }
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 7, "a fork does not inherit what is to be taken back");

    child = fork();
    if (child == 0) {
        one(id, 0, -4, SEM_UNDO);
        set(id, 0, 2);
        _exit(0);
    }
    waitpid(child, &status, 0);
    CHECK_EQ(value(id, 0), 2);

    // The end of one process lets another go on.
    set(id, 0, 1);
    child = fork();
    if (child == 0) {
        one(id, 0, -1, SEM_UNDO);
        until_waiting(id, 0, GETNCNT, 1);
        _exit(0);
    }
    while (value(id, 0) != 0) usleep(1000);
    CHECK(one(id, 0, -1, 0) == 0, "acquired when the holder ended");
    waitpid(child, &status, 0);
    drop(id);
}

static void *worker(void *argument) {
    int id = *(int *)argument;
    struct sembuf down = {0, -1, SEM_UNDO}, up = {0, 1, SEM_UNDO};
    for (int i = 0; i < 200; i++) {
        if (semop(id, &down, 1) || semop(id, &up, 1)) return argument;
    }
    return NULL;
}

static void threads(void) {
    int id = make(1), failed = 0;
    set(id, 0, 1);
    pthread_t all[4];
    for (int i = 0; i < 4; i++) pthread_create(&all[i], NULL, worker, &id);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(all[i], &result);
        failed += result != NULL;
    }
    CHECK(failed == 0 && value(id, 0) == 1, "a lock among threads");
    drop(id);
}

static void tables(void) {
    int id = make(2);
    struct seminfo info;
    CHECK(semctl(0, 0, IPC_INFO, (union semun){.info = &info}) >= 0 && info.semvmx == 32767 && info.semmsl == 32000 && info.semopm == 500,
          "IPC_INFO");
    int last = semctl(0, 0, SEM_INFO, (union semun){.info = &info}), found = 0;
    struct semid_ds d;
    for (int i = 0; i <= last; i++) found += semctl(i, 0, SEM_STAT, (union semun){.buf = &d}) == id;
    CHECK(found == 1 && info.semusz >= 1 && info.semaem >= 2, "SEM_STAT by index finds it");
    char line[256], wanted[64];
    FILE *file = fopen("/proc/sysvipc/sem", "r");
    snprintf(wanted, sizeof wanted, " %d   600          2 ", id);
    int seen = 0;
    while (file && fgets(line, sizeof line, file)) seen += strstr(line, wanted) != NULL;
    if (file) fclose(file);
    CHECK_EQ(seen, 1);
    drop(id);
}

int main(void) {
    keys();
    values();
    waiting();
    interrupted();
    undo();
    threads();
    tables();
    return check_done();
}
