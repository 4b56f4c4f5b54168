// SPDX-License-Identifier: Apache-2.0
// Modes of new files and directories under the umask.
#include "check.h"

static unsigned mode_of(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 ? st.st_mode & 07777 : 077777;
}

int main(void) {
    temp_dir();
    CHECK_EQ(umask(027), 022);
    CHECK_EQ(umask(027), 027);
    int fd = creat("a", 0666);
    CHECK(fd >= 0, "creat");
    CHECK_EQ(mode_of("a"), 0640);
    CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
    close(fd);
    fd = open("a", O_RDWR | O_CREAT, 0777);
    CHECK_EQ(mode_of("a"), 0640);
    close(fd);
    fd = open("ro", O_RDWR | O_CREAT, 0400);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1, "a new file of mode 0400 is writable through the creating descriptor");
    CHECK_EQ(mode_of("ro"), 0400);
    close(fd);
    CHECK_OK(mkdir("d", 0777));
    CHECK_EQ(mode_of("d"), 0750);
    CHECK_OK(mkdir("sticky", 01777));
    CHECK_EQ(mode_of("sticky"), 01750);
    CHECK_OK(mkfifo("p", 0666));
    CHECK_EQ(mode_of("p"), 0640);
    CHECK_OK(symlink("a", "l"));
    CHECK_EQ(mode_of("l"), 0777);
    fd = open("suid", O_RDWR | O_CREAT, 06755);
    CHECK_EQ(mode_of("suid"), 06750);
    close(fd);
    CHECK_OK(chmod("a", 0666));
    CHECK_EQ(mode_of("a"), 0666);
    CHECK_CHILD("a child inherits the umask, its change stays its own", CHECK_EQ(umask(0), 027));
    CHECK_EQ(umask(0777777), 027);
    CHECK_EQ(umask(022), 0777);
    DONE();
}
