// SPDX-License-Identifier: Apache-2.0
// symlink, readlink, chains, loops and the length of a link.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "data");
    char text[64];
    CHECK_OK(symlink("f", "l"));
    CHECK_EQ(readlink("l", text, sizeof text), 1);
    CHECK_ERRNO(readlink("f", text, sizeof text), EINVAL);
    CHECK_ERRNO(readlink("missing", text, sizeof text), ENOENT);
    CHECK_ERRNO(syscall(SYS_readlink, "l", text, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_readlink, "l", text, -1), EINVAL);
    CHECK_OK(symlink("a long target that nobody made", "long"));
    memset(text, '#', sizeof text);
    CHECK_EQ(readlink("long", text, 6), 6);
    CHECK(!memcmp(text, "a long#", 7), "readlink cuts and adds no zero");
    CHECK_ERRNO(symlink("x", "l"), EEXIST);
    CHECK_ERRNO(symlink("", "empty"), ENOENT);
    CHECK_ERRNO(symlink("x", ""), ENOENT);
    CHECK_ERRNO(symlink("x", "f/y"), ENOTDIR);
    CHECK_OK(symlink("b", "a"));
    CHECK_OK(symlink("a", "b"));
    CHECK_ERRNO(open("a", O_RDONLY), ELOOP);
    CHECK_ERRNO(chdir("a"), ELOOP);
    CHECK_OK(symlink("self/x", "self"));
    CHECK_ERRNO(access("self", F_OK), ELOOP);
    char name[16], target[16];
    symlink("f", "c0");
    for (int i = 1; i <= 45; i++) {
        snprintf(name, sizeof name, "c%d", i);
        snprintf(target, sizeof target, "c%d", i - 1);
        symlink(target, name);
    }
    CHECK(file_is("c39", "data"), "forty links are followed");
    CHECK_ERRNO(open("c40", O_RDONLY), ELOOP);
    mkdir("d", 0755);
    make_file("d/g", "inner");
    symlink("d", "dl");
    CHECK(file_is("dl/g", "inner"), "a link in the middle of a path");
    symlink("../f", "d/up");
    CHECK(file_is("dl/up", "data"), "a relative target counts from the link's own directory");
    char big[PATH_MAX + 1];
    memset(big, 'x', PATH_MAX);
    big[PATH_MAX] = 0;
    CHECK_ERRNO(symlink(big, "big"), ENAMETOOLONG);
    CHECK_OK(unlink("dl"));
    CHECK(access("d/g", F_OK) == 0, "unlink removes the link only");
    CHECK_OK(lchown("l", 1, 1));
    struct stat st;
    stat("f", &st);
    CHECK_EQ(st.st_uid, 0);
    DONE();
}
