// SPDX-License-Identifier: Apache-2.0
// Round trips between two ends: `roundtrip NAME BUDGET SCRATCH CHANNEL threads|processes 1|2`, where the last
// argument is the number of processors. With two, each end is pinned to its own; with one, both share one.
#include "measure.h"
#include "tcp.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { CALLER = 0, ECHO = 1 };

/// How one end wakes the other and how it waits to be woken.
struct channel {
    const char *name;
    void (*prepare)(void);
    void (*wake)(int end);
    void (*wait)(int end);
};

/// What both ends share; in shared memory, so that it serves processes too. Each end has its own cache line.
struct shared {
    atomic_bool stop;
    struct {
        _Alignas(64) atomic_uint word;
        pthread_mutex_t mutex;
        pthread_cond_t condition;
        bool ready;
    } end[2];
};

static struct shared *shared;
static const struct channel *channel;
static bool between_processes;
static int processors[2];
static int read_ends[2], write_ends[2], polls[2];

// Pipes and sockets

static void prepare_pipe(void) {
    for (int end = 0; end < 2; end++) {
        int ends[2];
        CHECK(pipe(ends));
        read_ends[end] = ends[0];
        write_ends[end] = ends[1];
    }
}

static void prepare_unix(void) {
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    read_ends[CALLER] = write_ends[ECHO] = pair[0]; // what one writes here, the other reads from pair[1]
    read_ends[ECHO] = write_ends[CALLER] = pair[1];
}

static void prepare_tcp(void) {
    int pair[2];
    tcp_pair(pair);
    read_ends[CALLER] = write_ends[ECHO] = pair[0];
    read_ends[ECHO] = write_ends[CALLER] = pair[1];
}

static void wake_bytes(int end) {
    if (write(write_ends[end], "x", 1) != 1) fail("write");
}

static void wait_bytes(int end) {
    char byte;
    if (read(read_ends[end], &byte, 1) != 1) fail("read");
}

// epoll over eventfds

static void prepare_epoll(void) {
    for (int end = 0; end < 2; end++) {
        CHECK(read_ends[end] = eventfd(0, 0));
        CHECK(polls[end] = epoll_create1(0));
        struct epoll_event event = {.events = EPOLLIN};
        CHECK(epoll_ctl(polls[end], EPOLL_CTL_ADD, read_ends[end], &event));
    }
}

static void wake_epoll(int end) {
    uint64_t one = 1;
    if (write(read_ends[end], &one, sizeof one) != (ssize_t)sizeof one) fail("write eventfd");
}

static void wait_epoll(int end) {
    struct epoll_event event;
    uint64_t count;
    while (epoll_wait(polls[end], &event, 1, -1) != 1)
        if (errno != EINTR) fail("epoll_wait");
    if (read(read_ends[end], &count, sizeof count) != (ssize_t)sizeof count) fail("read eventfd");
}

// Futexes

static void prepare_nothing(void) {}

static int futex_flag(void) { return between_processes ? 0 : FUTEX_PRIVATE_FLAG; }

static void wake_futex(int end) {
    atomic_store(&shared->end[end].word, 1);
    CHECK(syscall(SYS_futex, &shared->end[end].word, FUTEX_WAKE | futex_flag(), 1, NULL, NULL, 0));
}

static void wait_futex(int end) {
    while (atomic_exchange(&shared->end[end].word, 0) == 0)
        if (syscall(SYS_futex, &shared->end[end].word, FUTEX_WAIT | futex_flag(), 0, NULL, NULL, 0) < 0
            && errno != EAGAIN && errno != EINTR) fail("futex");
}

// Condition variables

static void prepare_condvar(void) {
    pthread_mutexattr_t mutex;
    pthread_condattr_t condition;
    int scope = between_processes ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, scope);
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, scope);
    for (int end = 0; end < 2; end++) {
        pthread_mutex_init(&shared->end[end].mutex, &mutex);
        pthread_cond_init(&shared->end[end].condition, &condition);
    }
}

static void wake_condvar(int end) {
    pthread_mutex_lock(&shared->end[end].mutex);
    shared->end[end].ready = true;
    pthread_cond_signal(&shared->end[end].condition);
    pthread_mutex_unlock(&shared->end[end].mutex);
}

static void wait_condvar(int end) {
    pthread_mutex_lock(&shared->end[end].mutex);
    while (!shared->end[end].ready) pthread_cond_wait(&shared->end[end].condition, &shared->end[end].mutex);
    shared->end[end].ready = false;
    pthread_mutex_unlock(&shared->end[end].mutex);
}

static const struct channel channels[] = {
    {"pipe", prepare_pipe, wake_bytes, wait_bytes},
    {"unix", prepare_unix, wake_bytes, wait_bytes},
    {"tcp", prepare_tcp, wake_bytes, wait_bytes},
    {"epoll", prepare_epoll, wake_epoll, wait_epoll},
    {"futex", prepare_nothing, wake_futex, wait_futex},
    {"condvar", prepare_condvar, wake_condvar, wait_condvar},
};

// The two ends

/// Best effort: a system that ignores affinity (gVisor) still runs the benchmark, and the driver pins the whole
/// system from outside for the one-processor case.
static void pin(int end) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processors[end], &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

static void choose_processors(int wanted) {
    cpu_set_t allowed;
    CHECK(sched_getaffinity(0, sizeof allowed, &allowed));
    int found = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && found < wanted; cpu++)
        if (CPU_ISSET(cpu, &allowed)) processors[found++] = cpu;
    if (found < wanted) {
        fprintf(stderr, "%s: needs %d processors, has %d\n", benchmark_name, wanted, found);
        exit(EXIT_SKIPPED);
    }
    if (wanted == 1) processors[ECHO] = processors[CALLER];
}

static void *echo(void *unused) {
    pin(ECHO);
    for (;;) {
        channel->wait(ECHO);
        if (atomic_load(&shared->stop)) return unused;
        channel->wake(CALLER);
    }
}

static void round_trips(long n) {
    for (long i = 0; i < n; i++) {
        channel->wake(ECHO);
        channel->wait(CALLER);
    }
}

static void measure_trips(void) {
    pin(CALLER);
    report(measure(round_trips), "ns");
    fflush(stdout);
    atomic_store(&shared->stop, true);
    channel->wake(ECHO);
}

static void run_processes(void) {
    pid_t child;
    CHECK(child = fork());
    if (child == 0) {
        echo(NULL);
        _exit(0);
    }
    measure_trips();
    CHECK(waitpid(child, NULL, 0));
}

static void run_threads(void) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, echo, NULL);
    if (errno) fail("pthread_create");
    measure_trips();
    pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
    parse_arguments(argc, argv);
    if (argc < 7) fail("usage: CHANNEL threads|processes 1|2");
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        if (!strcmp(channels[i].name, argv[4])) channel = &channels[i];
    if (!channel) fail("no such channel");
    between_processes = !strcmp(argv[5], "processes");
    choose_processors(atoi(argv[6]));
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) fail("mmap");
    channel->prepare();
    if (between_processes) run_processes();
    else run_threads();
    return 0;
}
