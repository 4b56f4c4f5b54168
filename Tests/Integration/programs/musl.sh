#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A static program of musl: threads, files, processes.
# shellcheck disable=SC2154 # lib.sh sets work.
. "$(dirname "$0")/../lib.sh"
need musl-gcc
cat > "$work/m.c" <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netdb.h>
#include <dirent.h>
static int total;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void *add(void *p) { for (int i = 0; i < 10000; i++) { pthread_mutex_lock(&m); total++; pthread_mutex_unlock(&m); } return p; }
int main(void) {
    pthread_t t[8];
    for (int i = 0; i < 8; i++) pthread_create(&t[i], 0, add, 0);
    for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
    printf("%d\n", total); fflush(stdout);
    if (!fork()) { execlp("echo", "echo", "from exec", (char *)0); _exit(1); }
    int s; wait(&s); printf("status %d\n", s); fflush(stdout);
    printf("system %d\n", system("echo shell; exit 3") >> 8);
    FILE *f = popen("seq 3", "r"); char line[64]; while (fgets(line, sizeof line, f)) fputs(line, stdout); pclose(f);
    f = tmpfile(); fprintf(f, "%1000d\n", 1); printf("%ld\n", ftell(f)); fclose(f);
    char *big = malloc(64 << 20); memset(big, 1, 64 << 20); big = realloc(big, 128 << 20); printf("%d\n", big[63 << 20]); free(big);
    DIR *d = opendir("/etc"); int n = 0; while (readdir(d)) n++; printf("%d\n", n > 3);
    return 0;
}
C
musl-gcc -static -O2 -o "$work/m" "$work/m.c" && compare "$work/m" </dev/null
