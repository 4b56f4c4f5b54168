// SPDX-License-Identifier: Apache-2.0
// Packet mode, TIOCGPTPEER, locks of the slave, hang-up of open descriptions (ioctl_tty(2), TIOCPKT).
#include "pty.h"
#include <sys/ioctl.h>

static int status(int m) {
    unsigned char data[8];
    return readable(m, 1000) & POLLIN && read(m, data, sizeof data) == 1 ? data[0] : -1;
}

int main(void) {
    int m = posix_openpt(O_RDWR | O_NOCTTY), on = 1, off = 0, value = -1;
    CHECK(m >= 0 && grantpt(m) == 0, "a master");
    CHECK_ERRNO(open(ptsname(m), O_RDWR | O_NOCTTY), EIO);
    CHECK_OK(unlockpt(m));
    int s = (int)CHECK_OK(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    char name[64];
    CHECK(ttyname_r(s, name, sizeof name) == 0 && !strcmp(name, ptsname(m)), "the peer is the slave");
    CHECK(isatty(s) && ioctl(m, TIOCGPKT, &value) == 0 && value == 0, "packet mode is off");
    CHECK_OK(ioctl(m, TIOCPKT, &on));
    char data[16];
    CHECK(put(s, "hi") && readable(m, 1000) & POLLIN && read(m, data, 16) == 3 && !memcmp(data, "\0hi", 3), "data after a zero");
    CHECK_OK(tcflush(s, TCIFLUSH));
    struct pollfd p = {m, POLLIN | POLLPRI, 0};
    CHECK(poll(&p, 1, 1000) == 1 && p.revents == (POLLIN | POLLPRI), "a status is exceptional");
    CHECK_EQ(status(m), TIOCPKT_FLUSHREAD);
    CHECK_OK(tcflow(s, TCOOFF));
    CHECK_EQ(status(m), TIOCPKT_STOP);
    fcntl(s, F_SETFL, O_NONBLOCK);
    CHECK_ERRNO(write(s, "z", 1), EAGAIN);
    CHECK_OK(tcflow(s, TCOON));
    CHECK_EQ(status(m), TIOCPKT_START);
    struct termios t;
    tcgetattr(s, &t);
    t.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(s, TCSANOW, &t);
    CHECK_EQ(status(m), TIOCPKT_NOSTOP);
    t.c_iflag |= IXON;
    tcsetattr(s, TCSANOW, &t);
    CHECK_EQ(status(m), TIOCPKT_DOSTOP);
    CHECK_OK(ioctl(m, TIOCPKT, &off));
    CHECK_ERRNO(ioctl(s, TIOCGPTN, &value), ENOTTY);
    CHECK_ERRNO(ioctl(s, TIOCMGET, &value), ENOTTY);
    CHECK_ERRNO(ioctl(s, TIOCSETD, &on), EINVAL);
    CHECK_ERRNO(lseek(s, 0, SEEK_CUR), ESPIPE);
    CHECK_ERRNO(lseek(m, 0, SEEK_CUR), ESPIPE);
    CHECK_ERRNO(ioctl(m, TIOCGSID, &value), ENOTTY);
    CHECK(ioctl(m, TIOCGPGRP, &value) == 0 && value == 0, "no foreground group");
    close(s);
    CHECK(readable(m, 1000) & POLLHUP, "no slave: hang-up");
    s = open(ptsname(m), O_RDWR | O_NOCTTY);
    CHECK(s >= 0 && !(readable(m, 0) & POLLHUP), "a slave again");
    strcpy(name, ptsname(m));
    close(m);
    p = (struct pollfd){s, POLLIN | POLLOUT, 0};
    CHECK(poll(&p, 1, 1000) == 1 && p.revents == (POLLIN | POLLOUT | POLLERR | POLLHUP), "the master is gone");
    CHECK(read(s, data, 1) == 0, "end of file");
    CHECK_ERRNO(write(s, "x", 1), EIO);
    CHECK_ERRNO(tcgetattr(s, &t), EIO);
    CHECK_ERRNO(ioctl(s, TIOCSPGRP, &on), ENOTTY);
    struct stat st;
    CHECK_ERRNO(stat(name, &st), ENOENT);
    CHECK(fstat(s, &st) == 0 && st.st_nlink == 0 && S_ISCHR(st.st_mode) && st.st_rdev >> 8 == 136, "its node has no name");
    CHECK_ERRNO(open("/dev/pts/none", O_RDWR | O_CREAT, 0600), EACCES);
    CHECK_ERRNO(mkdir("/dev/pts/none", 0755), EPERM);
    DONE();
}
