// SPDX-License-Identifier: Apache-2.0
// Files and directories, with EINTR retried and -errno results.
#define _GNU_SOURCE
#include "CLaunch.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int result(int value) {
    return value < 0 ? -errno : value;
}

int claunch_memory_file(const char *name) {
    return result(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

int claunch_memory_file_seal(int fd) {
    return result(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
}

int claunch_open(const char *path, int flags, unsigned mode) {
    int fd;
    while ((fd = open(path, flags | O_CLOEXEC, mode)) < 0 && errno == EINTR) {
    }
    return result(fd);
}

int claunch_duplicate(int fd) {
    return result(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

int claunch_close(int fd) {
    return result(close(fd));
}

int64_t claunch_read(int fd, void *buffer, size_t count) {
    ssize_t got;
    while ((got = read(fd, buffer, count)) < 0 && errno == EINTR) {
    }
    return got < 0 ? -errno : got;
}

int64_t claunch_read_at(int fd, void *buffer, size_t count, int64_t offset) {
    ssize_t got;
    while ((got = pread(fd, buffer, count, offset)) < 0 && errno == EINTR) {
    }
    return got < 0 ? -errno : got;
}

int64_t claunch_write(int fd, const void *buffer, size_t count) {
    ssize_t put;
    while ((put = write(fd, buffer, count)) < 0 && errno == EINTR) {
    }
    return put < 0 ? -errno : put;
}

int claunch_lock(int fd) {
    int done;
    while ((done = flock(fd, LOCK_EX)) < 0 && errno == EINTR) {
    }
    return result(done);
}

int claunch_make_directory(const char *path, unsigned mode) {
    return result(mkdir(path, mode));
}

int claunch_remove(const char *path) {
    return result(remove(path));
}

int claunch_rename(const char *from, const char *to) {
    return result(rename(from, to));
}

int claunch_is_private_directory(const char *path) {
    struct stat info;
    if (lstat(path, &info) < 0)
        return -errno;
    return S_ISDIR(info.st_mode) && info.st_uid == geteuid() && (info.st_mode & 077) == 0;
}

int claunch_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

int claunch_is_directory(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int claunch_is_executable(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

int64_t claunch_list(const char *path, char *buffer, size_t capacity) {
    DIR *directory = opendir(path);
    if (!directory)
        return -errno;
    size_t used = 0;
    struct dirent *entry;
    int64_t outcome = 0;
    while ((entry = readdir(directory))) {
        size_t length = strlen(entry->d_name) + 1;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (length > capacity - used) {
            outcome = -ERANGE;
            break;
        }
        memcpy(buffer + used, entry->d_name, length);
        used += length;
    }
    closedir(directory);
    return outcome < 0 ? outcome : (int64_t)used;
}

int64_t claunch_read_link(const char *path, char *buffer, size_t capacity) {
    ssize_t got = readlink(path, buffer, capacity);
    return got < 0 ? -errno : got;
}

int claunch_user_id(void) {
    return (int)geteuid();
}

// Counts from the start each time: it is read once, in order, at start-up.
const char *claunch_environment(unsigned index) {
    for (unsigned i = 0; environ && environ[i]; i++)
        if (i == index)
            return environ[i];
    return NULL;
}

int64_t claunch_monotonic_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t claunch_wall_seconds(void) {
    return (int64_t)time(NULL);
}
