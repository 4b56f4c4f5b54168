// SPDX-License-Identifier: Apache-2.0
// /proc/self/maps shows mappings, rights and names.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };
struct area { uintptr_t start, end, offset; char rights[8], name[512]; bool found; };

/// Looks an address up. Allocates nothing: the look itself must not change the map.
static struct area find(const void *address) {
    static char text[1 << 18];
    int fd = open("/proc/self/maps", O_RDONLY);
    ssize_t total = 0, count;
    while ((count = read(fd, text + total, sizeof text - 1 - (size_t)total)) > 0) total += count;
    close(fd);
    text[total] = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        struct area area = {0};
        *end = 0;
        int parts = sscanf(line, "%lx-%lx %7s %lx %*s %*s %511[^\n]", &area.start, &area.end, area.rights, &area.offset, area.name);
        if (parts >= 4 && (uintptr_t)address >= area.start && (uintptr_t)address < area.end) {
            area.found = true;
            return area;
        }
    }
    return (struct area){0};
}

static int initialised = 1;

int main(int argc, char **argv) {
    (void)argc;
    char own[PATH_MAX], path[PATH_MAX];
    realpath(argv[0], own);
    const char *top = temp_dir();
    int local;
    struct area area = find((void *)(uintptr_t)&main);
    CHECK(area.found && !strcmp(area.rights, "r-xp") && !strcmp(area.name, own), "the program's code");
    area = find(&initialised);
    CHECK(area.found && !strcmp(area.rights, "rw-p"), "the program's data");
    area = find(&local);
    CHECK(area.found && !strcmp(area.name, "[stack]") && !strcmp(area.rights, "rw-p"), "the stack");
    char *map = mmap(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(map + 2 * PAGE, PAGE, PROT_READ);
    mprotect(map + 4 * PAGE, PAGE, PROT_NONE);
    area = find(map + 2 * PAGE);
    CHECK(area.start == (uintptr_t)map + 2 * PAGE && area.end == (uintptr_t)map + 3 * PAGE && !strcmp(area.rights,
          "r--p"), "a part made read-only");
    area = find(map + 4 * PAGE);
    CHECK(area.found && !strcmp(area.rights, "---p"), "a guard page");
    munmap(map + PAGE, PAGE);
    CHECK(!find(map + PAGE).found && find(map).found, "a hole");
    make_file("file", "x");
    int fd = open("file", O_RDWR);
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 3 * PAGE);
    snprintf(path, sizeof path, "%s/file", top);
    area = find(shared);
    CHECK(area.found && !strcmp(area.rights, "rw-s") && !strcmp(area.name, path), "a shared file mapping");
    CHECK_EQ(area.offset, 3 * PAGE);
    unlink("file");
    CHECK(strstr(find(shared).name, "/file (deleted)") != NULL, "of a file that was removed");
    syscall(SYS_brk, syscall(SYS_brk, 0) + 8 * PAGE);
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[1024];
    int heap = 0, vdso = 0, ordered = 1;
    uintptr_t last = 0, start;
    while (maps && fgets(line, sizeof line, maps)) {
        heap += strstr(line, "[heap]") != NULL;
        vdso += strstr(line, "[vdso]") != NULL;
        sscanf(line, "%lx", &start);
        if (!strstr(line, "[vsyscall]")) ordered &= start >= last;
        last = start;
    }
    CHECK(heap >= 1 && vdso == 1, "heap and vdso");
    CHECK(ordered, "in order of address");
    CHECK_CHILD("a child's map is its own",
        munmap(map, PAGE);
        CHECK(!find(map).found, "gone in the child"));
    CHECK(find(map).found, "there in the parent");
    DONE();
}
