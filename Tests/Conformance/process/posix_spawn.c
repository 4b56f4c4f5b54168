// SPDX-License-Identifier: Apache-2.0
// posix_spawn: file actions, attributes, and failures reported to the caller (posix_spawn(3)).
#include "../process/support.h"
#include <spawn.h>

extern char **environ;

static int spawn(const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, const char *script) {
    char *args[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
    pid_t pid;
    int error = posix_spawn(&pid, "/bin/sh", actions, attributes, args, environ);
    return error ? -1000 - error : exit_code(pid);
}

int main(void) {
    CHECK(spawn(NULL, NULL, "exit 12") == 12, "a plain spawn");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0, "a pipe");
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    CHECK(spawn(&actions, NULL, "read a; echo hello$a") == 0, "with file actions");
    char text[16] = "";
    CHECK(read(ends[0], text, sizeof text) == 6 && !memcmp(text, "hello\n", 6), "standard output went to the pipe");
    posix_spawn_file_actions_destroy(&actions);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/nonexistent", O_RDONLY, 0);
    CHECK(spawn(&actions, NULL, "exit 0") == -1000 - ENOENT, "a failing open is reported");
    posix_spawn_file_actions_destroy(&actions);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, 600, 1);
    CHECK(spawn(&actions, NULL, "exit 0") == -1000 - EBADF, "a failing dup2 is reported");
    posix_spawn_file_actions_destroy(&actions);
    char *args[] = {"none", NULL};
    pid_t pid = -5;
    CHECK(posix_spawn(&pid, "/nonexistent", NULL, NULL, args, environ) == ENOENT, "a missing program");
    CHECK(posix_spawn(&pid, "/dev/null", NULL, NULL, args, environ) == EACCES, "a program without the x bit");
    CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
    CHECK(posix_spawnp(&pid, "true", NULL, NULL, args, environ) == 0 && exit_code(pid) == 0, "search in PATH");
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t set = set_of(SIGTERM);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    signal(SIGTERM, SIG_IGN);
    CHECK(spawn(NULL, &attributes, "kill -TERM $$; exit 3") == -SIGTERM, "SETSIGDEF restores the default");
    posix_spawnattr_setflags(&attributes, 0);
    CHECK(spawn(NULL, &attributes, "kill -TERM $$; exit 3") == 3, "an ignored signal stays ignored");
    signal(SIGTERM, SIG_DFL);
    posix_spawnattr_setsigmask(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    CHECK(spawn(NULL, &attributes, "kill -TERM $$; exit 4") == 4, "SETSIGMASK blocks in the child");
    DONE();
}
