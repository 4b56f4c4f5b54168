// SPDX-License-Identifier: Apache-2.0
// System V shared memory: keys, permissions, attaching, counting, removal.
#include "check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define IS(condition) CHECK(condition, #condition)

static long attached(int id) {
    struct shmid_ds d;
    if (shmctl(id, IPC_STAT, &d)) return -errno;
    return (long)d.shm_nattch;
}

static void keys(void) {
    key_t key = 0x434c0000 | (getpid() & 0xffff);
    CHECK_ERRNO(shmget(key, 4096, 0600), ENOENT);
    int id = shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0640);
    IS(id >= 0);
    CHECK_ERRNO(shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    IS(shmget(key, 100, 0) == id);
    CHECK_ERRNO(shmget(key, 5001, 0), EINVAL);
    CHECK_ERRNO(shmget(IPC_PRIVATE, 0, 0600), EINVAL);
    struct shmid_ds d;
    IS(shmctl(id, IPC_STAT, &d) == 0);
    IS(d.shm_segsz == 5000 && d.shm_perm.__key == key && (d.shm_perm.mode & 07777) == 0640 && d.shm_cpid == getpid());
    IS(d.shm_nattch == 0 && d.shm_atime == 0 && d.shm_ctime != 0 && d.shm_perm.uid == getuid());
    d.shm_perm.mode = 0600;
    IS(shmctl(id, IPC_SET, &d) == 0 && shmctl(id, IPC_STAT, &d) == 0 && d.shm_perm.mode == 0600);
    CHECK_ERRNO(shmctl(id, 99, &d), EINVAL);
    CHECK_ERRNO(shmctl(id, IPC_STAT, (void *)1), EFAULT);
    IS(shmctl(id, IPC_RMID, 0) == 0);
    CHECK_ERRNO(shmctl(id, IPC_STAT, &d), EINVAL);
    CHECK_ERRNO(shmget(key, 100, 0), ENOENT);
    IS((long)shmat(id, 0, 0) == -1 && errno == EINVAL);
}

static void attaching(void) {
    int id = shmget(IPC_PRIVATE, 3 * 4096 + 1, IPC_CREAT | 0600);
    char *a = shmat(id, 0, 0), *b = shmat(id, 0, SHM_RDONLY);
    IS(a != (char *)-1 && b != (char *)-1 && a != b && attached(id) == 2);
    strcpy(a + 4096, "shared");
    IS(!strcmp(b + 4096, "shared") && a[3 * 4096 + 4095] == 0);
    CHECK_ERRNO(mprotect(b, 4096, PROT_READ | PROT_WRITE), EACCES);
    IS((long)shmat(id, a, 0) == -1 && errno == EINVAL);
    IS((long)shmat(id, a + 1, 0) == -1 && errno == EINVAL);
    IS(shmat(id, a + 1, SHM_RND | SHM_REMAP) == a);
    IS(!strcmp(a + 4096, "shared") && attached(id) == 2);
    CHECK_ERRNO(shmdt(a + 4096), EINVAL);
    CHECK_ERRNO(shmdt(a + 1), EINVAL);
    pid_t child = fork();
    if (child == 0) {
        long n = attached(id);
        strcpy(a, "from the child");
        shmdt(b);
        _exit(n == 4 && attached(id) == 3 ? 0 : 1);
    }
    int status;
    IS(waitpid(child, &status, 0) == child && status == 0);
    IS(!strcmp(a, "from the child") && attached(id) == 2);
    IS(shmdt(b) == 0 && attached(id) == 1);
    CHECK_ERRNO(shmdt(b), EINVAL);
    IS(shmctl(id, IPC_RMID, 0) == 0);
    struct shmid_ds d;
    IS(shmctl(id, IPC_STAT, &d) == 0 && (d.shm_perm.mode & SHM_DEST) && d.shm_perm.__key == IPC_PRIVATE);
    char *c = shmat(id, 0, 0);
    IS(c != (char *)-1 && !strcmp(c, "from the child"));
    IS(shmdt(c) == 0 && shmdt(a) == 0);
    IS(attached(id) == -EINVAL);
}

static void pieces(void) {
    int id = shmget(IPC_PRIVATE, 4 * 4096, 0600);
    char *a = shmat(id, 0, 0);
    IS(shmctl(id, IPC_RMID, 0) == 0);
    IS(munmap(a + 4096, 4096) == 0 && attached(id) == 2);
    IS(munmap(a, 4096) == 0 && attached(id) == 1);
    IS(shmdt(a) == 0 && attached(id) == -EINVAL);
}

static void permissions(void) {
    int id = shmget(IPC_PRIVATE, 4096, 0400);
    pid_t child = fork();
    if (child == 0) {
        if (setuid(12345)) _exit(2);
        struct shmid_ds d;
        int ok = shmctl(id, IPC_STAT, &d) == -1 && errno == EACCES;
        ok = ok && (long)shmat(id, 0, SHM_RDONLY) == -1 && errno == EACCES;
        ok = ok && shmctl(id, IPC_RMID, 0) == -1 && errno == EPERM;
        _exit(!ok);
    }
    int status;
    IS(waitpid(child, &status, 0) == child && status == 0);
    IS(shmctl(id, IPC_RMID, 0) == 0);
}

int main(void) {
    keys();
    attaching();
    pieces();
    permissions();
    DONE();
}
