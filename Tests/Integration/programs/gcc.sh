#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gcc: compiles, links and runs a program, and make drives it.
. "$(dirname "$0")/../lib.sh"
need gcc make
compare_script bash <<'JOB'
cat > a.c <<'C'
#include <stdio.h>
#include <pthread.h>
#include <math.h>
int twice(int);
static void *f(void *p) { *(int *)p = twice(21); return 0; }
int main(int c, char **v) { pthread_t t; int r = 0; pthread_create(&t, 0, f, &r); pthread_join(t, 0); printf("%d %d %.3f %s\n", r, c, sqrt(2), v[1]); return 0; }
C
echo 'int twice(int x) { return 2 * x; }' > b.c
printf 'a: a.o b.o\n\tgcc -o $@ $^ -lm -lpthread\n%%.o: %%.c\n\tgcc -O2 -c $<\nrun: a\n\t./a made\n' > Makefile
gcc -Wall -O2 -o direct a.c b.c -lm && ./direct one && make -s -j4 run && make && gcc -shared -fPIC -o libb.so b.c && gcc -o dyn a.c -L. -lb -Wl,-rpath,"$PWD" -lm && ./dyn dynamic
gcc -static -o st a.c b.c -lm && ./st static; gcc -O3 -flto -o lto a.c b.c -lm && ./lto lto; echo 'int main( { }' | gcc -x c - 2>&1 | grep -c error; gcc -E -P - <<<'__x86_64__'; objdump -d b.o | grep -c ret; nm b.o; strip direct && ./direct stripped; ar rcs libb.a b.o && gcc -o arch a.c libb.a -lm && ./arch ar
JOB
