// SPDX-License-Identifier: Apache-2.0
// nice, getpriority, sched_* and affinity: values, inheritance and errors (sched(7)).
#include "../process/support.h"

int main(void) {
    errno = 0;
    CHECK(getpriority(PRIO_PROCESS, 0) == 0 && errno == 0, "the priority starts at zero");
    CHECK(setpriority(PRIO_PROCESS, 0, 3) == 0 && getpriority(PRIO_PROCESS, getpid()) == 3, "set and get");
    CHECK(nice(2) == 5 && getpriority(PRIO_PROCESS, 0) == 5, "nice adds");
    CHECK(exit_code(CHILD(_exit(getpriority(PRIO_PROCESS, 0)))) == 5, "inherited by fork");
    CHECK(setpriority(PRIO_PROCESS, 0, 100) == 0 && getpriority(PRIO_PROCESS, 0) == 19, "clamped to 19");
    CHECK_ERRNO(setpriority(9, 0, 0), EINVAL);
    CHECK_ERRNO(getpriority(PRIO_PROCESS, INT_MAX), ESRCH);
    CHECK(setpriority(PRIO_PROCESS, 0, 0) == 0 && getpriority(PRIO_PGRP, 0) <= 0, "uid 0 may lower it");
    CHECK(exit_code(CHILD(if (setuid(65534)) _exit(1); errno = 0;
                          _exit(setpriority(PRIO_PROCESS, 0, -1) == -1 && errno == EACCES ? 0 : 2)))
              == 0,
          "others may not");
    CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
    struct sched_param param = {0};
    CHECK(syscall(SYS_sched_getparam, 0, &param) == 0 && param.sched_priority == 0, "sched_getparam");
    CHECK(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param) == 0, "sched_setscheduler to the same");
    CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, 77, &param), EINVAL);
    CHECK_ERRNO(syscall(SYS_sched_getscheduler, INT_MAX), ESRCH);
    CHECK(sched_get_priority_min(SCHED_FIFO) == 1 && sched_get_priority_max(SCHED_FIFO) == 99, "range of SCHED_FIFO");
    CHECK(sched_get_priority_min(SCHED_OTHER) == 0 && sched_get_priority_max(SCHED_OTHER) == 0, "range of SCHED_OTHER");
    CHECK_ERRNO(sched_get_priority_max(55), EINVAL);
    CHECK(sched_yield() == 0, "sched_yield");
    unsigned long mask[16] = {0}, one[16] = {0};
    long size = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    CHECK(size > 0 && size % 8 == 0, "the mask has whole words");
    int bits = 0;
    for (int i = 0; i < 16; i++) bits += __builtin_popcountl(mask[i]);
    CHECK(bits >= 1 && bits == sysconf(_SC_NPROCESSORS_ONLN), "as many bits as processors");
    int first = 0;
    while (!(mask[first / 64] >> (first % 64) & 1)) first++;
    one[first / 64] = 1UL << (first % 64);
    CHECK(syscall(SYS_sched_setaffinity, 0, sizeof one, one) == 0, "bind to one processor");
    unsigned cpu = 99, node = 99;
    CHECK(syscall(SYS_getcpu, &cpu, &node, NULL) == 0 && (int)cpu == first, "getcpu says so");
    unsigned long seen[16] = {0};
    CHECK(exit_code(
              CHILD(syscall(SYS_sched_getaffinity, 0, sizeof seen, seen); _exit(memcmp(seen, one, sizeof one) != 0)))
              == 0,
          "inherited by fork");
    memset(one, 0, sizeof one);
    CHECK_ERRNO(syscall(SYS_sched_setaffinity, 0, sizeof one, one), EINVAL);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 1, one), EINVAL);
    CHECK(syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) == 0, "back to all");
    DONE();
}
