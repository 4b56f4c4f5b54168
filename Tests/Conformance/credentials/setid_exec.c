// SPDX-License-Identifier: Apache-2.0
// Set-user-ID and set-group-ID programs: ids after exec, no_new_privs, the cleared bits on write and chown (execve(2)).
#include "../process/support.h"

static int helper(void) { return geteuid() == 321 && getuid() != 321 ? 1 : 0 | (getegid() == 654 ? 2 : 0); }

static int run(uid_t uid, int no_new_privs) {
    pid_t pid = fork();
    if (pid == 0) {
        if (no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) _exit(90);
        if (setgid(uid) || setuid(uid)) _exit(91);
        execl("./copy", "copy", "helper", NULL);
        _exit(92);
    }
    return exit_code(pid);
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "helper")) return helper();
    temp_dir();
    int in = open("/proc/self/exe", O_RDONLY), out = open("copy", O_CREAT | O_WRONLY, 0755);
    static char data[65536];
    ssize_t n;
    int good = in >= 0 && out >= 0;
    while ((n = read(in, data, sizeof data)) > 0) good &= write(out, data, (size_t)n) == n;
    close(out);
    CHECK(good && n == 0, "a copy of this program");
    CHECK_EQ(run(100, 0), 0);
    CHECK(chown("copy", 321, 654) == 0 && chmod("copy", 04755) == 0, "set-user-ID 321");
    CHECK_EQ(run(100, 0), 1);
    CHECK_EQ(run(100, 1), 0);
    CHECK(chmod("copy", 02755) == 0, "set-group-ID 654");
    CHECK_EQ(run(100, 0), 2);
    CHECK_EQ(run(100, 1), 0);
    struct stat st;
    CHECK(chmod("copy", 06755) == 0 && chown("copy", 1, 1) == 0 && stat("copy", &st) == 0 && (st.st_mode & 06000) == 0,
          "chown clears the bits");
    CHECK(make_file("w", "x") && chmod("w", 04777) == 0, "a writable set-user-ID file");
    CHECK_EQ(exit_code(
                 CHILD(if (setuid(100)) _exit(9); int fd = open("w", O_WRONLY); _exit(write(fd, "y", 1) == 1 ? 0 : 1))),
             0);
    CHECK(stat("w", &st) == 0 && (st.st_mode & 04000) == 0, "a write by another clears the bit");
    DONE();
}
