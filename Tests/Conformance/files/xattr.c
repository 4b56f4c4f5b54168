// SPDX-License-Identifier: Apache-2.0
// Extended attributes of user.*: set, get, list, remove, errors.
#include "check.h"
#include <sys/xattr.h>

int main(void) {
    temp_dir();
    make_file("f", "x");
    char value[64];
    CHECK_ERRNO(getxattr("f", "user.none", value, sizeof value), ENODATA);
    CHECK_OK(setxattr("f", "user.colour", "green", 5, 0));
    CHECK_EQ(getxattr("f", "user.colour", NULL, 0), 5);
    CHECK_EQ(getxattr("f", "user.colour", value, sizeof value), 5);
    CHECK(!memcmp(value, "green", 5), "the value reads back");
    CHECK_ERRNO(getxattr("f", "user.colour", value, 2), ERANGE);
    CHECK_ERRNO(setxattr("f", "user.colour", "x", 1, XATTR_CREATE), EEXIST);
    CHECK_ERRNO(setxattr("f", "user.other", "x", 1, XATTR_REPLACE), ENODATA);
    CHECK_OK(setxattr("f", "user.colour", "", 0, XATTR_REPLACE));
    CHECK_EQ(getxattr("f", "user.colour", value, sizeof value), 0);
    int fd = open("f", O_RDWR);
    CHECK_OK(fsetxattr(fd, "user.second", "2", 1, 0));
    ssize_t length = listxattr("f", value, sizeof value);
    CHECK_EQ(length, sizeof "user.colour" + sizeof "user.second");
    CHECK_ERRNO(listxattr("f", value, 3), ERANGE);
    CHECK_OK(removexattr("f", "user.colour"));
    CHECK_ERRNO(removexattr("f", "user.colour"), ENODATA);
    CHECK_EQ(flistxattr(fd, value, sizeof value), sizeof "user.second");
    CHECK_ERRNO(setxattr("f", "nonsense", "x", 1, 0), EOPNOTSUPP);
    CHECK_ERRNO(setxattr("f", "user.x", "x", 1, 8), EINVAL);
    CHECK_ERRNO(setxattr("missing", "user.x", "x", 1, 0), ENOENT);
    CHECK_ERRNO(getxattr("f", "", value, 1), ERANGE);
    symlink("f", "l");
    CHECK_ERRNO(lsetxattr("l", "user.x", "x", 1, 0), EPERM);
    CHECK_EQ(llistxattr("l", value, sizeof value), 0);
    CHECK_ERRNO(fsetxattr(-1, "user.x", "x", 1, 0), EBADF);
    DONE();
}
