// SPDX-License-Identifier: Apache-2.0
#ifndef CLOISTER_HARDENING_H
#define CLOISTER_HARDENING_H

/// No core file and no debugger of the same user: what this process holds stays in it. 0, or the errno of what failed.
int cloister_keep_memory_private(void);

#endif
