// SPDX-License-Identifier: Apache-2.0
// /proc/PID of a child: listing, state from sleep over stop to zombie, disappearance.
#include "check.h"

static char state_of(pid_t pid) {
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) return '-';
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    const char *end = count > 0 ? strrchr(text, ')') : NULL;
    return end ? end[2] : '?';
}

static bool reaches(pid_t pid, char state) {
    for (int i = 0; i < 1000; i++) {
        if (state_of(pid) == state) return true;
        usleep(1000);
    }
    return false;
}

static bool listed(pid_t pid) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    bool found = false;
    while ((entry = readdir(proc))) found |= atoi(entry->d_name) == pid;
    closedir(proc);
    return found;
}

int main(void) {
    pid_t child = fork();
    if (child == 0) {
        for (;;) pause();
    }
    CHECK(reaches(child, 'S'), "it sleeps");
    CHECK(listed(child) && listed(getpid()), "both are listed in /proc");
    char path[64], text[PATH_MAX] = "", mine[PATH_MAX] = "";
    snprintf(path, sizeof path, "/proc/%d/exe", child);
    readlink(path, text, sizeof text - 1);
    readlink("/proc/self/exe", mine, sizeof mine - 1);
    CHECK(text[0] && !strcmp(text, mine), "the child's exe");
    snprintf(path, sizeof path, "/proc/%d/fd/1", child);
    CHECK(lstat(path, &(struct stat){0}) == 0, "the child's descriptors");
    kill(child, SIGSTOP);
    CHECK(reaches(child, 'T'), "it is stopped");
    kill(child, SIGCONT);
    CHECK(reaches(child, 'S'), "it goes on");
    snprintf(path, sizeof path, "/proc/%d", child);
    int directory = open(path, O_RDONLY | O_DIRECTORY);
    kill(child, SIGKILL);
    CHECK(reaches(child, 'Z'), "it is a zombie");
    snprintf(path, sizeof path, "/proc/%d/exe", child);
    CHECK_ERRNO(readlink(path, text, sizeof text), ENOENT);
    CHECK_EQ(check_wait(child), 128 + SIGKILL);
    CHECK(state_of(child) == '-' && !listed(child), "it is gone");
    int stale = openat(directory, "stat", O_RDONLY);
    CHECK(stale < 0 && (errno == ESRCH || errno == ENOENT), "an open directory of it is dead");
    child = fork();
    if (child == 0) {
        volatile unsigned long spin = 0;
        for (;;) spin++;
    }
    CHECK(reaches(child, 'R'), "it runs");
    kill(child, SIGKILL);
    check_wait(child);
    struct stat st;
    CHECK_ERRNO(stat("/proc/0", &st), ENOENT);
    CHECK_ERRNO(stat("/proc/99999999", &st), ENOENT);
    CHECK_ERRNO(stat("/proc/-1", &st), ENOENT);
    CHECK_ERRNO(stat("/proc/01", &st), ENOENT);
    DONE();
}
