// SPDX-License-Identifier: Apache-2.0
// Set-user-id and set-group-id programs change credentials; scripts and marked processes do not.
#include "check.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static bool copy_self(const char *to) {
    char buffer[65536];
    int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    ssize_t count;
    while ((count = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, (size_t)count) != count) return false;
    close(in);
    close(out);
    return count == 0;
}

int main(int argc, char **argv) {
    if (argc > 1) {
        uid_t r, e, s;
        gid_t gr, ge, gs;
        getresuid(&r, &e, &s);
        getresgid(&gr, &ge, &gs);
        say("%s: uid %d %d %d gid %d %d %d secure %d\n", argv[1], r, e, s, gr, ge, gs, (int)getauxval(AT_SECURE));
        DONE();
    }
    temp_dir();
    CHECK(copy_self("program"), "a copy of itself");
    CHECK_OK(chown("program", 0, 77));
    CHECK_OK(chmod("program", 0755));
    CHECK_CHILD("plain", setgid(1000); setuid(1000); execl("program", "x", "plain", NULL); _exit(9));
    CHECK_OK(chmod("program", 04755));
    CHECK_CHILD("set-user-id", setgid(1000); setuid(1000); execl("program", "x", "setuid", NULL); _exit(9));
    CHECK_OK(chmod("program", 02755));
    CHECK_CHILD("set-group-id", setgid(1000); setuid(1000); execl("program", "x", "setgid", NULL); _exit(9));
    CHECK_OK(chmod("program", 06755));
    CHECK_CHILD("no_new_privs", setgid(1000); setuid(1000); CHECK_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        execl("program", "x", "no new privileges", NULL); _exit(9));
    CHECK_OK(chown("program", 1000, 1000));
    CHECK_OK(chmod("program", 04755));
    CHECK_CHILD("root lowers itself", execl("program", "x", "lowered", NULL); _exit(9));
    DONE();
}
