// SPDX-License-Identifier: Apache-2.0
// capget, capset and the bounding set: versions, what setuid drops, keepcaps (capabilities(7)).
#include "../process/support.h"

struct header {
    uint32_t version;
    int pid;
};
struct data {
    uint32_t effective, permitted, inheritable;
};
static struct header head = {0x20080522, 0};
static struct data caps[2];

int main(void) {
    CHECK(syscall(SYS_capget, &head, caps) == 0, "capget");
    CHECK((caps[0].effective & 0xff) == 0xff && (caps[0].permitted & 0xff) == 0xff, "uid 0 has the basic capabilities");
    struct header bad = {1, 0};
    CHECK_ERRNO(syscall(SYS_capget, &bad, caps), EINVAL);
    CHECK(bad.version == 0x20080522, "and the preferred version is returned");
    head.pid = -1;
    CHECK_ERRNO(syscall(SYS_capget, &head, caps), EINVAL);
    head.pid = INT_MAX;
    CHECK_ERRNO(syscall(SYS_capget, &head, caps), ESRCH);
    head.pid = 0;
    CHECK_EQ(exit_code(CHILD(if (setuid(7)) _exit(9); syscall(SYS_capget, &head, caps);
                             _exit(caps[0].effective || caps[0].permitted))),
             0);
    CHECK_EQ(exit_code(CHILD(if (seteuid(7)) _exit(9); syscall(SYS_capget, &head, caps);
                             _exit(!caps[0].effective && caps[0].permitted ? 0 : 1))),
             0);
    CHECK_EQ(exit_code(CHILD(prctl(PR_SET_KEEPCAPS, 1); if (setuid(7)) _exit(9); syscall(SYS_capget, &head, caps);
                             _exit(!caps[0].effective && caps[0].permitted ? 0 : 1))),
             0);
    CHECK_EQ(exit_code(CHILD(syscall(SYS_capget, &head, caps); caps[0].effective &= ~(1u << 7);
                             if (syscall(SYS_capset, &head, caps)) _exit(9);
                             _exit(setuid(3) == -1 && errno == EPERM ? 0 : 1))),
             0);
    CHECK_EQ(exit_code(CHILD(memset(caps, 0, sizeof caps); if (syscall(SYS_capset, &head, caps)) _exit(9);
                             caps[0].permitted = 1;
                             _exit(syscall(SYS_capset, &head, caps) == -1 && errno == EPERM ? 0 : 1))),
             0);
    CHECK(prctl(PR_CAPBSET_READ, 0) == 1, "PR_CAPBSET_READ");
    CHECK_ERRNO(prctl(PR_CAPBSET_READ, 200), EINVAL);
    DONE();
}
