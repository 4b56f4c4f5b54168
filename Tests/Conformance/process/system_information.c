// SPDX-License-Identifier: Apache-2.0
// uname, sethostname, sysinfo, getcpu: shapes and errors (uname(2), sysinfo(2)).
#include "../process/support.h"
#include <sys/sysinfo.h>
#include <sys/utsname.h>

int main(void) {
    struct utsname name;
    CHECK(uname(&name) == 0, "uname");
    CHECK(!strcmp(name.sysname, "Linux") && !strcmp(name.machine, "x86_64"), "a Linux on x86_64");
    CHECK(atoi(name.release) >= 4 && strchr(name.release, '.'), "a release number");
    CHECK(name.nodename[0] != 0 && name.version[0] != 0, "a node name and a version");
    char host[65] = "";
    CHECK(gethostname(host, sizeof host) == 0 && !strcmp(host, name.nodename), "gethostname agrees");
    CHECK(sethostname(host, strlen(host)) == 0, "uid 0 may set the name");
    CHECK_ERRNO(sethostname(host, 65), EINVAL);
    CHECK_ERRNO(syscall(SYS_sethostname, host, -1), EINVAL);
    CHECK(exit_code(CHILD(if (setuid(65534)) _exit(1); _exit(sethostname("x", 1) == -1 && errno == EPERM ? 0 : 2)))
              == 0,
          "others may not");
    CHECK_ERRNO(syscall(SYS_uname, 8L), EFAULT);
    struct sysinfo info;
    CHECK(sysinfo(&info) == 0 && info.mem_unit >= 1 && info.totalram > 0, "sysinfo");
    CHECK(info.freeram <= info.totalram && info.procs >= 1, "plausible values");
    CHECK_ERRNO(syscall(SYS_sysinfo, 8L), EFAULT);
    unsigned cpu = 999;
    CHECK(syscall(SYS_getcpu, &cpu, NULL, NULL) == 0 && cpu < 999, "getcpu");
    CHECK_EQ(sysconf(_SC_PAGESIZE), 4096);
    CHECK_EQ(sysconf(_SC_CLK_TCK), 100);
    DONE();
}
