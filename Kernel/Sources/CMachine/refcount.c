// SPDX-License-Identifier: Apache-2.0
// Reference counting without atomic instructions: every Swift object is touched under the kernel lock only. These take the place of
// the runtime's weak definitions (-assume-single-threaded would be the compiler's way; in 6.3.1 it miscompiles this kernel). The layout (word 1 is the
// count, its lower 63 bits all set for immortal objects) is that of the Embedded Swift 6.3 runtime, which supplies the last release.
#include <stdint.h>

void cm_swift_release_last(void *object);  // the runtime's own swift_release, renamed by build.sh

#define COUNT_MASK 0x7fffffffffffffffll

__attribute__((visibility("default"))) void *swift_retain_n(void *object, uint32_t n) {
    if ((int64_t)object <= 0) return object;
    int64_t *word = (int64_t *)object + 1, count = *word;
    if ((count & COUNT_MASK) != COUNT_MASK) *word = count + n;
    return object;
}

__attribute__((visibility("default"))) void *swift_retain(void *object) { return swift_retain_n(object, 1); }

__attribute__((visibility("default"))) void swift_release_n(void *object, uint32_t n) {
    if ((int64_t)object <= 0) return;
    int64_t *word = (int64_t *)object + 1, count = *word;
    if ((count & COUNT_MASK) == COUNT_MASK) return;
    if ((count & COUNT_MASK) > (int64_t)n) {
        *word = count - n;
        return;
    }
    if (n > 1) *word = count - (n - 1);
    cm_swift_release_last(object);
}

__attribute__((visibility("default"))) void swift_release(void *object) { swift_release_n(object, 1); }
