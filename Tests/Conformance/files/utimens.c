// SPDX-License-Identifier: Apache-2.0
// utimensat, futimens, UTIME_NOW, UTIME_OMIT and their errors.
#include "check.h"

static struct stat st;

int main(void) {
    temp_dir();
    make_file("f", "x");
    symlink("f", "l");
    struct timespec times[2] = {{1000000000, 123456789}, {1234567890, 987654321}};
    CHECK_OK(utimensat(AT_FDCWD, "f", times, 0));
    stat("f", &st);
    CHECK_EQ(st.st_atim.tv_sec, 1000000000);
    CHECK_EQ(st.st_atim.tv_nsec, 123456789);
    CHECK_EQ(st.st_mtim.tv_sec, 1234567890);
    CHECK_EQ(st.st_mtim.tv_nsec, 987654321);
    CHECK(llabs((long long)st.st_ctim.tv_sec - time(NULL)) <= 2, "the change time is now");
    times[0].tv_nsec = UTIME_OMIT;
    times[1] = (struct timespec){5, 6};
    CHECK_OK(utimensat(AT_FDCWD, "f", times, 0));
    stat("f", &st);
    CHECK_EQ(st.st_atim.tv_sec, 1000000000);
    CHECK_EQ(st.st_mtim.tv_sec, 5);
    times[1].tv_nsec = UTIME_NOW;
    CHECK_OK(utimensat(AT_FDCWD, "f", times, 0));
    stat("f", &st);
    CHECK(llabs((long long)st.st_mtim.tv_sec - time(NULL)) <= 2, "UTIME_NOW");
    times[0] = times[1] = (struct timespec){77, 0};
    CHECK_OK(utimensat(AT_FDCWD, "l", times, AT_SYMLINK_NOFOLLOW));
    lstat("l", &st);
    CHECK_EQ(st.st_mtim.tv_sec, 77);
    stat("f", &st);
    CHECK_EQ(st.st_mtim.tv_sec == 77, 0);
    int fd = open("f", O_RDONLY);
    CHECK_OK(futimens(fd, times));
    fstat(fd, &st);
    CHECK_EQ(st.st_mtim.tv_sec, 77);
    CHECK_OK(utimensat(AT_FDCWD, "f", NULL, 0));
    stat("f", &st);
    CHECK(st.st_atim.tv_sec > 1000000000 && st.st_mtim.tv_sec > 1000000000, "NULL means now");
    times[0].tv_nsec = 1000000000;
    CHECK_ERRNO(utimensat(AT_FDCWD, "f", times, 0), EINVAL);
    CHECK_ERRNO(utimensat(AT_FDCWD, "missing", NULL, 0), ENOENT);
    CHECK_ERRNO(utimensat(AT_FDCWD, "f", NULL, 0x40000000), EINVAL);
    chmod("f", 0666);
    CHECK_CHILD("an ordinary user: now needs write permission, a chosen time needs ownership",
        setuid(1000);
        CHECK_OK(utimensat(AT_FDCWD, "f", NULL, 0));
        times[0].tv_nsec = 0;
        CHECK_ERRNO(utimensat(AT_FDCWD, "f", times, 0), EPERM));
    chmod("f", 0644);
    CHECK_CHILD("without write permission", setuid(1000); CHECK_ERRNO(utimensat(AT_FDCWD, "f", NULL, 0), EACCES));
    DONE();
}
