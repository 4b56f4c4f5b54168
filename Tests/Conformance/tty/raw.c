// SPDX-License-Identifier: Apache-2.0
// Non-canonical input: VMIN and VTIME, cfmakeraw, attribute changes, TCSAFLUSH (termios(3)).
#include "pty.h"

static void set_raw(int fd, int min, int time) {
    struct termios t;
    tcgetattr(fd, &t);
    cfmakeraw(&t);
    t.c_cc[VMIN] = (cc_t)min, t.c_cc[VTIME] = (cc_t)time;
    tcsetattr(fd, TCSANOW, &t);
}

int main(void) {
    int m = -1, s = -1;
    char data[32];
    struct termios t;
    CHECK(open_pty(&m, &s) == 0 && tcgetattr(s, &t) == 0 && (t.c_lflag & ICANON) && (t.c_oflag & OPOST)
              && (t.c_cflag & CS8),
          "the first attributes");
    set_raw(s, 1, 0);
    CHECK(tcgetattr(s, &t) == 0 && !(t.c_lflag & (ICANON | ECHO | ISIG)) && !(t.c_oflag & OPOST),
          "raw attributes are read back");
    CHECK(put(m, "\003\r\177") && gives(s, "\003\r\177"), "every byte as it is");
    CHECK(put(s, "x\n") && gives(m, "x\n"), "output as it is");
    set_raw(s, 0, 0);
    CHECK_EQ(read(s, data, 1), 0);
    set_raw(s, 0, 1);
    long long start = now_ms();
    CHECK(read(s, data, 1) == 0 && now_ms() - start >= 80, "VTIME alone is a timeout");
    set_raw(s, 3, 0);
    pid_t pid = CHILD(put(m, "a"); sleep_ms(5); put(m, "bc"));
    CHECK(read(s, data, 32) == 3 && exit_code(pid) == 0, "VMIN waits for three");
    set_raw(s, 1, 0);
    put(m, "lost");
    readable(s, 1000);
    tcgetattr(s, &t);
    CHECK(tcsetattr(s, TCSAFLUSH, &t) == 0 && readable(s, 0) == 0, "TCSAFLUSH drops input");
    put(m, "lost");
    readable(s, 1000);
    CHECK(tcflush(s, TCIFLUSH) == 0 && readable(s, 0) == 0, "tcflush as well");
    CHECK_ERRNO(tcgetattr(open("/dev/null", O_RDONLY), &t), ENOTTY);
    DONE();
}
