// SPDX-License-Identifier: Apache-2.0
// Supplementary groups: set, get, sizes, privilege, inheritance (getgroups(2)).
#include "../process/support.h"
#include <grp.h>

int main(void) {
    gid_t set[3] = {30, 10, 20}, got[8];
    CHECK(setgroups(3, set) == 0 && getgroups(0, NULL) == 3, "set three groups");
    CHECK(getgroups(8, got) == 3, "get them");
    int sum = 0;
    for (int i = 0; i < 3; i++) sum += (int)got[i];
    CHECK_EQ(sum, 60);
    CHECK_ERRNO(getgroups(2, got), EINVAL);
    CHECK_ERRNO(syscall(SYS_getgroups, -1, got), EINVAL);
    CHECK_ERRNO(syscall(SYS_setgroups, 65537, set), EINVAL);
    CHECK_ERRNO(syscall(SYS_setgroups, 1, 8L), EFAULT);
    CHECK(exit_code(CHILD(_exit(getgroups(0, NULL)))) == 3, "inherited by fork");
    CHECK(exit_code(CHILD(if (setuid(5)) _exit(9); _exit(setgroups(0, NULL) == -1 && errno == EPERM ? 0 : 1))) == 0,
          "others may not set them");
    CHECK(setgroups(0, NULL) == 0 && getgroups(0, NULL) == 0, "drop all");
    DONE();
}
