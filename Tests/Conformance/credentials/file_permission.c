// SPDX-License-Identifier: Apache-2.0
// Permission checks after setuid: owner, group, other, directories, supplementary groups, umask, and root's override (path_resolution(7)).
#include "../process/support.h"
#include <grp.h>

static int as(uid_t uid, gid_t gid, const char *path, int flags) {
    pid_t pid = fork();
    if (pid == 0) {
        gid_t none[1] = {gid};
        if (setgroups(1, none) || setgid(uid == 200 ? 1234 : gid) || setuid(uid)) _exit(250);
        int fd = open(path, flags);
        _exit(fd >= 0 ? 0 : errno);
    }
    return exit_code(pid);
}

int main(void) {
    temp_dir();
    CHECK(make_file("f", "text") && chown("f", 100, 50) == 0 && chmod("f", 0640) == 0,
          "a file of uid 100, gid 50, mode 0640");
    CHECK_EQ(as(100, 1, "f", O_RDWR), 0);
    CHECK_EQ(as(101, 50, "f", O_RDONLY), 0);
    CHECK_EQ(as(101, 50, "f", O_WRONLY), EACCES);
    CHECK_EQ(as(200, 50, "f", O_RDONLY), 0);
    CHECK_EQ(as(101, 51, "f", O_RDONLY), EACCES);
    CHECK(chmod("f", 0000) == 0, "mode 0");
    CHECK_EQ(as(100, 50, "f", O_RDONLY), EACCES);
    CHECK_EQ(as(0, 0, "f", O_RDWR), 0);
    CHECK(mkdir("d", 0700) == 0 && make_file("d/x", "") && chmod("d/x", 0666) == 0, "a closed directory");
    CHECK_EQ(as(100, 50, "d/x", O_RDONLY), EACCES);
    CHECK(chmod("d", 0711) == 0, "searchable only");
    CHECK_EQ(as(100, 50, "d/x", O_RDONLY), 0);
    CHECK_EQ(as(100, 50, "d", O_RDONLY | O_DIRECTORY), EACCES);
    CHECK_EQ(exit_code(CHILD(if (setuid(100)) _exit(250); _exit(chmod("d", 0777) == -1 ? errno : 0))), EPERM);
    CHECK_EQ(exit_code(CHILD(if (setuid(100)) _exit(250); _exit(chown("f", 101, -1) == -1 ? errno : 0))), EPERM);
    CHECK(mkdir("t", 0777) == 0 && chmod("t", 01777) == 0 && make_file("t/mine", "") && chown("t/mine", 5, 5) == 0,
          "a sticky directory");
    CHECK_EQ(exit_code(CHILD(if (setuid(100)) _exit(250); _exit(unlink("t/mine") == -1 ? errno : 0))), EPERM);
    CHECK_EQ(exit_code(CHILD(if (setuid(5)) _exit(250); _exit(unlink("t/mine") == -1 ? errno : 0))), 0);
    CHECK_EQ(exit_code(CHILD(if (seteuid(100)) _exit(250); _exit(access("f", R_OK) == 0 ? 0 : errno))), 0);
    struct stat st;
    umask(077);
    CHECK(close(open("u", O_CREAT | O_WRONLY, 0666)) == 0 && stat("u", &st) == 0 && (st.st_mode & 0777) == 0600,
          "the umask");
    CHECK(umask(0) == 077, "and its old value");
    DONE();
}
