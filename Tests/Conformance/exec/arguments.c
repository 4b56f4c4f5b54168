// SPDX-License-Identifier: Apache-2.0
// execve passes argv and envp exactly, of any size up to the limit.
#include "check.h"

extern char **environ;

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "echo")) {
        CHECK_EQ(argc, 5);
        CHECK(!strcmp(argv[0], "odd name"), "argv[0] is free");
        CHECK(argv[2][0] == 0 && !strcmp(argv[3], "a b\n\"'\xff") && !strcmp(argv[4], "last"), "any byte passes");
        CHECK(argv[5] == NULL, "a null ends argv");
        CHECK(!strcmp(environ[0], "A=1") && !strcmp(environ[1], "no equals sign") && !environ[2], "envp as given");
        DONE();
    }
    if (argc > 1 && !strcmp(argv[1], "long")) {
        CHECK_EQ(argc, 3003);
        size_t total = 0;
        for (int i = 0; i < argc; i++) total += strlen(argv[i]) + 1;
        CHECK(total > 300000 && strlen(argv[3002]) == 100000, "300 KB of arguments arrive");
        DONE();
    }
    if (argc == 0) _exit(77);
    if (argv[0][0] == 0) _exit(78);
    const char *self = "/proc/self/exe";
    char *echo[] = {"odd name", "echo", "", "a b\n\"'\xff", "last", NULL};
    char *environment[] = {"A=1", "no equals sign", NULL}, *none[] = {NULL};
    CHECK_CHILD("arguments and environment", execve(self, echo, environment); _exit(9));
    char **many = calloc(3004, sizeof *many);
    char *big = calloc(1, 100001);
    memset(big, 'B', 100000);
    many[0] = "x";
    many[1] = "long";
    for (int i = 2; i < 3002; i++) many[i] = "0123456789012345678901234567890123456789012345678901234567890123456789";
    many[3002] = big;
    CHECK_CHILD("many arguments", execve(self, many, none); _exit(9));
    char *huge = calloc(1, 140000);
    memset(huge, 'H', 131072);
    char *single[] = {"x", "long", huge, NULL};
    CHECK_ERRNO(execve(self, single, none), E2BIG);
    char **lots = calloc(300003, sizeof *lots);
    for (int i = 0; i < 300002; i++) lots[i] = "0123456789012345678901234567890";
    CHECK_ERRNO(execve(self, lots, none), E2BIG);
    pid_t child = fork();
    if (child == 0) {
        execve(self, none, none);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 78);
    child = fork();
    if (child == 0) {
        syscall(SYS_execve, self, NULL, NULL);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 78);
    DONE();
}
