// SPDX-License-Identifier: Apache-2.0
// #! scripts: arguments, nesting, errors of interpreters.
#include "check.h"

static int run(const char *path, char *const argv[]) {
    pid_t child = fork();
    if (child == 0) {
        execve(path, argv, (char *[]){"PATH=/bin:/usr/bin", NULL});
        _exit(errno);
    }
    return check_wait(child);
}

static void make_script(const char *path, const char *text) {
    make_file(path, text);
    chmod(path, 0755);
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "show")) {
        for (int i = 2; i < argc; i++) say("argument <%s>\n", argv[i]);
        return 21;
    }
    char self[PATH_MAX] = "", text[2 * PATH_MAX];
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0, "its own path");
    const char *top = temp_dir();
    symlink(self, "me");
    char *args[] = {"script", "one", "two words", NULL};
    snprintf(text, sizeof text, "#!%s/me show\n", top);
    make_script("s1", text);
    CHECK_EQ(run("s1", args), 21);
    snprintf(text, sizeof text, "#! \t%s/me   show  \t\nrest", top);
    make_script("s2", text);
    CHECK_EQ(run("./s2", args), 21);
    make_script("nested", "#!./s1 extra words\n");
    CHECK_EQ(run("nested", args), 21);
    make_script("shell", "#!/bin/sh\nexit 33\n");
    CHECK_EQ(run("shell", args), 33);
    make_script("none", "#!/no/such/interpreter\n");
    CHECK_EQ(run("none", args), ENOENT);
    make_script("empty", "#!\n");
    CHECK_EQ(run("empty", args), ENOEXEC);
    make_script("blank", "#!   \n");
    CHECK_EQ(run("blank", args), ENOEXEC);
    make_script("plain", "exit 3\n");
    CHECK_EQ(run("plain", args), ENOEXEC);
    make_script("nothing", "");
    CHECK_EQ(run("nothing", args), ENOEXEC);
    make_script("dir", "#!/tmp\n");
    CHECK_EQ(run("dir", args), EACCES);
    make_script("loop", "#!./loop\n");
    CHECK_EQ(run("loop", args), ELOOP);
    snprintf(text, sizeof text, "#!%s/me show", top);
    make_script("noline", text);
    CHECK_EQ(run("noline", args), 21);
    make_file("notx", "#!/bin/sh\n");
    CHECK_EQ(run("notx", args), EACCES);
    DONE();
}
