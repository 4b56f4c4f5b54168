// SPDX-License-Identifier: Apache-2.0
// renameat2: RENAME_NOREPLACE and RENAME_EXCHANGE.
#include "check.h"

enum { NOREPLACE = 1, EXCHANGE = 2, WHITEOUT = 4 };

static long rename2(const char *from, const char *to, unsigned flags) {
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

int main(void) {
    temp_dir();
    make_file("a", "A");
    make_file("b", "B");
    mkdir("d", 0755);
    make_file("d/in", "in");
    CHECK_ERRNO(rename2("a", "b", NOREPLACE), EEXIST);
    CHECK_OK(rename2("a", "c", NOREPLACE));
    CHECK(file_is("c", "A") && access("a", F_OK) != 0, "NOREPLACE moves to a free name");
    CHECK_OK(rename2("b", "c", EXCHANGE));
    CHECK(file_is("b", "A") && file_is("c", "B"), "EXCHANGE swaps two files");
    CHECK_OK(rename2("b", "d", EXCHANGE));
    CHECK(file_is("d", "A") && file_is("b/in", "in"), "EXCHANGE swaps a file and a directory");
    CHECK_ERRNO(rename2("b", "missing", EXCHANGE), ENOENT);
    CHECK_ERRNO(rename2("b", "b/in", EXCHANGE), EINVAL);
    CHECK_ERRNO(rename2("b/in", "b", EXCHANGE), EINVAL);
    CHECK_ERRNO(rename2("b", "c", EXCHANGE | NOREPLACE), EINVAL);
    CHECK_ERRNO(rename2("b", "c", EXCHANGE | WHITEOUT), EINVAL);
    CHECK_ERRNO(rename2("b", "c", 0x100), EINVAL);
    CHECK_OK(rename2("c", "b/in", 0));
    CHECK(file_is("b/in", "B"), "no flag replaces");
    struct stat st;
    stat(".", &st);
    CHECK_EQ(st.st_nlink, 3);
    DONE();
}
