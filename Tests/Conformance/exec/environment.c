// SPDX-License-Identifier: Apache-2.0
// execlp searches PATH; system and popen go through the shell.
#include "check.h"

int main(void) {
    temp_dir();
    mkdir("bin1", 0755);
    mkdir("bin2", 0755);
    make_file("bin1/tool", "#!/bin/sh\nexit 1\n");
    make_file("bin2/tool", "#!/bin/sh\nexit 2\n");
    chmod("bin2/tool", 0755);
    CHECK_CHILD("a file without x is passed over",
        setenv("PATH", "bin1:bin2:/bin:/usr/bin", 1);
        CHECK_EQ(WEXITSTATUS(system("tool")), 2);
        pid_t child = fork();
        if (child == 0) {
            execlp("tool", "tool", NULL);
            _exit(9);
        }
        CHECK_EQ(check_wait(child), 2));
    CHECK_EQ(WEXITSTATUS(system("exit 5")), 5);
    CHECK_EQ(WTERMSIG(system("kill -9 $$")), 9);
    CHECK_EQ(system(NULL) != 0, 1);
    setenv("COLOUR", "green", 1);
    FILE *stream = popen("echo $COLOUR; exit 4", "r");
    char line[32] = "";
    CHECK(fgets(line, sizeof line, stream) && !strcmp(line, "green\n"), "popen reads the shell's output");
    CHECK_EQ(WEXITSTATUS(pclose(stream)), 4);
    CHECK_ERRNO(execlp("no-such-program-anywhere", "x", NULL), ENOENT);
    DONE();
}
