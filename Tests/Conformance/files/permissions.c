// SPDX-License-Identifier: Apache-2.0
// Permission checks of an ordinary user.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("secret", "s");
    chmod("secret", 0600);
    make_file("public", "p");
    mkdir("closed", 0700);
    make_file("closed/in", "x");
    mkdir("listed", 0744);
    make_file("listed/in", "x");
    mkdir("passage", 0711);
    make_file("passage/in", "x");
    mkdir("shared", 0755);
    chmod("shared", 01777);
    make_file("shared/root", "x");
    mkdir("open", 0755);
    chmod("open", 0777);
    make_file("open/root", "x");
    make_file("group", "g");
    chmod("group", 0604);
    chown("group", 0, 1000);
    CHECK_CHILD("as uid 1000",
        CHECK_OK(setgid(1000));
        CHECK_OK(setuid(1000));
        CHECK_ERRNO(open("secret", O_RDONLY), EACCES);
        CHECK_OK(open("public", O_RDONLY));
        CHECK_ERRNO(open("public", O_WRONLY), EACCES);
        CHECK_ERRNO(truncate("public", 0), EACCES);
        CHECK_ERRNO(open("new", O_RDWR | O_CREAT, 0600), EACCES);
        CHECK_ERRNO(mkdir("new", 0755), EACCES);
        CHECK_ERRNO(unlink("public"), EACCES);
        CHECK_ERRNO(rename("public", "x"), EACCES);
        CHECK_ERRNO(symlink("a", "b"), EACCES);
        CHECK_ERRNO(access("closed/in", F_OK), EACCES);
        CHECK_ERRNO(chdir("closed"), EACCES);
        CHECK(opendir("closed") == NULL && errno == EACCES, "a closed directory is not listed");
        DIR *d = opendir("listed");
        CHECK(d != NULL, "r without x lists");
        CHECK_ERRNO(access("listed/in", F_OK), EACCES);
        CHECK_OK(open("passage/in", O_RDONLY));
        CHECK(opendir("passage") == NULL && errno == EACCES, "x without r does not list");
        CHECK_ERRNO(open("group", O_RDONLY), EACCES);
        CHECK_OK(mkdir("shared/mine", 0755));
        CHECK_ERRNO(unlink("shared/root"), EPERM);
        CHECK_ERRNO(rename("shared/root", "shared/x"), EPERM);
        CHECK_OK(unlink("open/root"));
        make_file("open/own", "x");
        CHECK_OK(chmod("open/own", 0));
        CHECK_ERRNO(open("open/own", O_RDONLY), EACCES);
        CHECK_OK(chmod("open/own", 0400));
        CHECK_OK(open("open/own", O_RDONLY));
        CHECK_ERRNO(chown("open/own", 0, -1), EPERM);
        CHECK_ERRNO(mknod("open/dev", S_IFCHR | 0666, 0x103), EPERM);
        CHECK_OK(mkfifo("open/fifo", 0600));
        CHECK_ERRNO(open("public", O_RDONLY | O_NOATIME), EPERM));
    CHECK(access("shared/mine", F_OK) == 0, "root sees what was made");
    struct stat st;
    stat("shared/mine", &st);
    CHECK_EQ(st.st_uid, 1000);
    DONE();
}
