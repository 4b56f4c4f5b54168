// SPDX-License-Identifier: Apache-2.0
// Reading directories: every entry once, d_type, rewinding, changes while reading.
#include "check.h"

struct entry { uint64_t inode; int64_t offset; uint16_t length; uint8_t type; char name[]; };

static int count_entries(int fd, size_t size) {
    _Alignas(8) char buffer[4096];
    int count = 0;
    long got;
    while ((got = syscall(SYS_getdents64, fd, buffer, size)) > 0)
        for (long at = 0; at < got; at += ((struct entry *)(buffer + at))->length) count++;
    return got < 0 ? -1 : count;
}

int main(void) {
    temp_dir();
    mkdir("many", 0755);
    char name[64];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "many/file-%03d", i);
        make_file(name, "");
    }
    int fd = open("many", O_RDONLY | O_DIRECTORY);
    CHECK_EQ(count_entries(fd, 4096), 302);
    CHECK_EQ(count_entries(fd, 4096), 0);
    lseek(fd, 0, SEEK_SET);
    CHECK_EQ(count_entries(fd, 256), 302);
    char small[8];
    lseek(fd, 0, SEEK_SET);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, small, sizeof small), EINVAL);
    int file = open("many/file-000", O_RDONLY);
    CHECK_ERRNO(syscall(SYS_getdents64, file, small, sizeof small), ENOTDIR);
    CHECK_ERRNO(syscall(SYS_getdents64, -1, small, sizeof small), EBADF);
    DIR *directory = opendir("many");
    int seen = 0, removed = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (entry->d_name[0] == '.') continue;
        seen++;
        snprintf(name, sizeof name, "many/%.40s", entry->d_name);
        removed += unlink(name) == 0;
    }
    CHECK_EQ(seen, 300);
    CHECK_EQ(removed, 300);
    rewinddir(directory);
    make_file("many/new", "");
    int dots = 0, found = 0;
    while ((entry = readdir(directory))) {
        dots += entry->d_name[0] == '.';
        found += !strcmp(entry->d_name, "new");
    }
    CHECK_EQ(dots, 2);
    CHECK_EQ(found, 1);
    closedir(directory);
    mkdir("kinds", 0755);
    make_file("kinds/r", "");
    mkdir("kinds/d", 0755);
    symlink("r", "kinds/l");
    mkfifo("kinds/p", 0600);
    mknod("kinds/c", S_IFCHR | 0600, 0x103);
    directory = opendir("kinds");
    int right = 0;
    struct stat st;
    while ((entry = readdir(directory))) {
        fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW);
        if (entry->d_name[0] != '.')
            right += entry->d_type == (st.st_mode & S_IFMT) >> 12 && entry->d_ino == st.st_ino;
    }
    CHECK_EQ(right, 5);
    closedir(directory);
    DONE();
}
