// SPDX-License-Identifier: Apache-2.0
// The distribution's own programs, directly, through the dynamic linker by name, and as interpreters.
#include "check.h"

static char output[256];

/// Runs a program with its output in `output`; yields its status.
static int run(const char *path, char *const argv[]) {
    int ends[2];
    pipe2(ends, O_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        execv(path, argv);
        _exit(99);
    }
    close(ends[1]);
    ssize_t total = 0, count;
    while ((count = read(ends[0], output + total, sizeof output - 1 - (size_t)total)) > 0) total += count;
    output[total] = 0;
    close(ends[0]);
    return check_wait(child);
}

int main(void) {
    temp_dir();
    CHECK_EQ(run("/bin/true", (char *[]){"true", NULL}), 0);
    CHECK_EQ(run("/bin/false", (char *[]){"false", NULL}), 1);
    CHECK_EQ(run("/bin/echo", (char *[]){"echo", "one", "two", NULL}), 0);
    CHECK(!strcmp(output, "one two\n"), "its output");
    CHECK_EQ(run("/lib64/ld-linux-x86-64.so.2", (char *[]){"ld.so", "/bin/echo", "by the linker", NULL}), 0);
    CHECK(!strcmp(output, "by the linker\n"), "the dynamic linker run as a program");
    CHECK_EQ(run("/bin/sh", (char *[]){"sh", "-c", "x=3; echo $((x * 7)) $0 \"$@\"", "zero", "a b", NULL}), 0);
    CHECK(!strcmp(output, "21 zero a b\n"), "the shell");
    CHECK_EQ(run("/bin/sh", (char *[]){"sh", "-c", "echo a | cat | (read x; echo got $x; exit 6)", NULL}), 6);
    CHECK(!strcmp(output, "got a\n"), "a pipeline");
    CHECK_EQ(run("/bin/sh", (char *[]){"sh", "-c", "kill -TERM $$", NULL}), 128 + SIGTERM);
    CHECK_EQ(run("/bin/sh", (char *[]){"sh", "-c", "no-such-command 2>/dev/null", NULL}), 127);
    make_file("script", "#!/bin/sed -nf\ns/in/out/p\n");
    chmod("script", 0755);
    make_file("text", "in\nother\n");
    CHECK_EQ(run("./script", (char *[]){"script", "text", NULL}), 0);
    CHECK(!strcmp(output, "out\n"), "a script of another interpreter");
    setenv("LD_BIND_NOW", "1", 1);
    CHECK_EQ(run("/bin/echo", (char *[]){"echo", "bound", NULL}), 0);
    DONE();
}
