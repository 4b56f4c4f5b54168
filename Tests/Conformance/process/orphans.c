// SPDX-License-Identifier: Apache-2.0
// Orphans: reparenting to the nearest subreaper, PR_GET_CHILD_SUBREAPER, and loss of the flag over fork (prctl(2)).
#include "../process/support.h"

int main(void) {
    int up[2], go[2], flag = -1;
    CHECK(pipe(up) == 0 && pipe(go) == 0, "pipes");
    CHECK(prctl(PR_GET_CHILD_SUBREAPER, &flag) == 0 && flag == 0, "not a subreaper at first");
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && prctl(PR_GET_CHILD_SUBREAPER, &flag) == 0 && flag == 1, "now it is");
    CHECK(exit_code(CHILD(int f = 1; prctl(PR_GET_CHILD_SUBREAPER, &f); _exit(f))) == 0, "a child does not inherit it");
    pid_t self = getpid();
    pid_t middle = fork();
    if (middle == 0) {
        pid_t orphan = fork();
        if (orphan == 0) {
            await(go[0]);
            _exit(getppid() == self ? 17 : 1);
        }
        if (write(up[1], &orphan, sizeof orphan) != sizeof orphan) _exit(1);
        _exit(0);
    }
    pid_t orphan = 0;
    CHECK(read(up[0], &orphan, sizeof orphan) == sizeof orphan && exit_code(middle) == 0,
          "the parent of the orphan ends");
    notify(go[1]);
    int status;
    CHECK(waitpid(-1, &status, 0) == orphan && WEXITSTATUS(status) == 17, "the subreaper adopts and reaps the orphan");
    CHECK_ERRNO(wait(&status), ECHILD);
    middle = fork();
    if (middle == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        pid_t self2 = getpid();
        pid_t inner = fork();
        if (inner == 0) {
            pid_t leaf = CHILD(await(go[0]); _exit(getppid() == self2 ? 3 : 4));
            (void)leaf;
            _exit(0);
        }
        exit_code(inner);
        notify(go[1]);
        int inner_status;
        if (wait(&inner_status) < 0) _exit(9);
        _exit(WEXITSTATUS(inner_status));
    }
    CHECK(exit_code(middle) == 3, "the nearest subreaper wins");
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0, "stop being a subreaper");
    CHECK_ERRNO(wait(&status), ECHILD);
    DONE();
}
