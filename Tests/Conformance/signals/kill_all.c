// SPDX-License-Identifier: Apache-2.0
// kill(-1) reaches every process the caller may signal but itself; tried as an otherwise unused uid (kill(2)).
#include "../process/support.h"

int main(void) {
    int ready[2];
    CHECK(pipe(ready) == 0, "a pipe");
    pid_t root = CHILD(notify(ready[1]); for (;;) pause());
    await(ready[0]);
    pid_t user = fork();
    if (user == 0) {
        if (setgid(61234) || setuid(61234)) _exit(90);
        pid_t one = CHILD(notify(ready[1]); for (;;) pause()),
              two = CHILD(setsid(); notify(ready[1]); for (;;) pause());
        await(ready[0]), await(ready[0]);
        if (kill(-1, SIGUSR1) != 0) _exit(91);
        _exit(exit_code(one) == -SIGUSR1 && exit_code(two) == -SIGUSR1 ? 5 : 92);
    }
    CHECK(exit_code(user) == 5, "both children end, in any session, the caller does not");
    CHECK(kill(root, 0) == 0 && waitpid(root, NULL, WNOHANG) == 0, "a process of uid 0 is untouched");
    kill(root, SIGKILL);
    CHECK(exit_code(root) == -SIGKILL, "clean up");
    DONE();
}
