// SPDX-License-Identifier: Apache-2.0
// prctl takes a variable list of arguments, which Swift cannot pass.
#include "hardening.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int cloister_keep_memory_private(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    return 0;
}
