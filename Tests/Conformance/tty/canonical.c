// SPDX-License-Identifier: Apache-2.0
// Canonical input: erase, kill, end of file, echo, ICRNL and ONLCR, short reads, FIONREAD (termios(3)).
#include "pty.h"

int main(void) {
    int m = -1, s = -1, n = -1;
    char data[32];
    CHECK(open_pty(&m, &s) == 0 && isatty(s) && isatty(m), "a pseudo-terminal");
    CHECK(put(m, "abc") && gives(m, "abc"), "echo");
    CHECK(readable(s, 0) == 0, "no line yet");
    CHECK(put(m, "\r") && gives(m, "\r\n") && gives(s, "abc\n"), "a line: ICRNL on input, ONLCR on output");
    local_flags(s, 0, ECHO);
    CHECK(put(m, "abx\177c\n") && gives(s, "abc\n"), "erase");
    CHECK(put(m, "junk\025new\n") && gives(s, "new\n"), "kill");
    CHECK(put(m, "one two\027three\n") && gives(s, "one three\n"), "word erase");
    CHECK(put(m, "\004") && read(s, data, 32) == 0, "end of file on an empty line");
    CHECK(put(m, "half\004") && gives(s, "half"), "end of file pushes a partial line");
    CHECK(put(m, "l1\nl2\n") && read(s, data, 32) == 3 && read(s, data, 1) == 1 && read(s, data, 32) == 2,
          "one line a read; a short read keeps the rest");
    CHECK(put(m, "12345\n") && readable(s, 1000) && ioctl(s, FIONREAD, &n) == 0 && n == 6 && gives(s, "12345\n"),
          "FIONREAD");
    CHECK(put(m, "\026\003\n") && gives(s, "\003\n"), "literal next");
    CHECK(put(s, "a\nb") && gives(m, "a\r\nb"), "output processing");
    DONE();
}
