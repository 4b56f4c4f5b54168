// SPDX-License-Identifier: Apache-2.0
// System V message queues: types, order, limits, waiting, control (msgop(2), msgctl(2)).
#include "../process/support.h"
#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[9000];
};

static struct message buffer;

static int make(void) { return msgget(IPC_PRIVATE, IPC_CREAT | 0600); }
static void drop(int id) { msgctl(id, IPC_RMID, NULL); }
static int put(int id, long type, const char *text, int flags) {
    struct message message = {.type = type};
    strcpy(message.text, text);
    return msgsnd(id, &message, strlen(text), flags);
}
// The text of the next message of the type, or a name for what went wrong.
static const char *get(int id, long type, int flags) {
    memset(&buffer, 0, sizeof buffer);
    ssize_t got = msgrcv(id, &buffer, sizeof buffer.text, type, flags | IPC_NOWAIT);
    return got < 0 ? errno == ENOMSG ? "none" : "error" : buffer.text;
}
static long count(int id) {
    struct msqid_ds d;
    return msgctl(id, IPC_STAT, &d) ? -1 : (long)d.msg_qnum;
}

static void keys(void) {
    key_t key = 0x434e0000 | (getpid() & 0xffff);
    CHECK_ERRNO(msgget(key, 0600), ENOENT);
    int id = msgget(key, IPC_CREAT | IPC_EXCL | 0620);
    CHECK(id >= 0, "a queue under a key");
    CHECK_ERRNO(msgget(key, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    CHECK(msgget(key, 0) == id, "found by its key");
    struct msqid_ds d;
    CHECK(msgctl(id, IPC_STAT, &d) == 0 && d.msg_qnum == 0 && d.msg_qbytes == 16384 && (d.msg_perm.mode & 07777) == 0620 &&
              d.msg_stime == 0 && d.msg_rtime == 0 && d.msg_ctime != 0 && d.msg_lspid == 0,
          "IPC_STAT");
    d.msg_qbytes = 100;
    d.msg_perm.mode = 0600;
    CHECK(msgctl(id, IPC_SET, &d) == 0 && msgctl(id, IPC_STAT, &d) == 0 && d.msg_qbytes == 100 && d.msg_perm.mode == 0600, "IPC_SET");
    CHECK_ERRNO(msgctl(id + 100000, IPC_SET, NULL), EFAULT);
    CHECK_ERRNO(msgctl(id + 100000, IPC_SET, &d), EINVAL);
    CHECK_ERRNO(msgctl(id, 99, &d), EINVAL);
    CHECK_ERRNO(msgctl(id, IPC_STAT, (void *)1), EFAULT);
    CHECK_ERRNO(msgctl(-1, IPC_STAT, &d), EINVAL);
    drop(id);
    CHECK_ERRNO(msgctl(id, IPC_STAT, &d), EINVAL);
    CHECK_ERRNO(put(id, 1, "x", 0), EINVAL);
}

static void order(void) {
    int id = make();
    put(id, 3, "three", 0), put(id, 1, "one", 0), put(id, 2, "two", 0), put(id, 1, "uno", 0), put(id, 5, "five", 0);
    CHECK_EQ(count(id), 5);
    CHECK(strcmp(get(id, 0, 0), "three") == 0 && buffer.type == 3, "type 0 takes the first");
    CHECK(strcmp(get(id, 2, 0), "two") == 0, "a type takes the first of it");
    CHECK(strcmp(get(id, -4, 0), "one") == 0 && strcmp(get(id, -4, 0), "uno") == 0, "a negative type takes the lowest, in order");
    CHECK(strcmp(get(id, -4, 0), "none") == 0, "nothing at or below it");
    put(id, 6, "six", 0);
    CHECK(strcmp(get(id, 5, MSG_EXCEPT), "six") == 0, "MSG_EXCEPT takes any other type");
    CHECK(strcmp(get(id, 5, MSG_EXCEPT), "none") == 0 && strcmp(get(id, 0, 0), "five") == 0, "and leaves the one");
    CHECK_EQ(put(id, 1, "", 0), 0);
    CHECK(msgrcv(id, &buffer, 0, 0, 0) == 0, "an empty message");
    struct msqid_ds d;
    CHECK(msgctl(id, IPC_STAT, &d) == 0 && d.msg_lspid == getpid() && d.msg_lrpid == getpid() && d.msg_stime && d.msg_rtime,
          "who was last, and when");
    drop(id);
}

static void limits(void) {
    int id = make();
    memset(&buffer, 'x', sizeof buffer);
    buffer.type = 1;
    CHECK_ERRNO(msgsnd(id, &buffer, 8193, 0), EINVAL);
    CHECK_ERRNO(msgsnd(id, &buffer, (size_t)-1, 0), EINVAL);
    CHECK_EQ(msgsnd(id, &buffer, 8192, 0), 0);
    CHECK_EQ(msgsnd(id, &buffer, 8192, 0), 0);
    CHECK_ERRNO(msgsnd(id, &buffer, 1, IPC_NOWAIT), EAGAIN);
    CHECK_EQ(msgsnd(id, &buffer, 0, IPC_NOWAIT), 0);
    CHECK_ERRNO(msgrcv(id, &buffer, 100, 0, 0), E2BIG);
    CHECK_EQ(count(id), 3);
    CHECK_EQ(msgrcv(id, &buffer, 100, 0, MSG_NOERROR), 100);
    CHECK_EQ(count(id), 2);
    buffer.type = 0;
    CHECK_ERRNO(msgsnd(id, &buffer, 1, 0), EINVAL);
    buffer.type = -1;
    CHECK_ERRNO(msgsnd(id, &buffer, 1, 0), EINVAL);
    CHECK_ERRNO(msgsnd(id, (void *)1, 1, 0), EFAULT);
    CHECK_ERRNO(msgrcv(id, &buffer, (size_t)-1, 0, 0), EINVAL);
    CHECK_ERRNO(msgrcv(id, (void *)1, 9000, 0, 0), EFAULT);
    drop(id);
}

static void until_sleeping(pid_t child) {
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    for (int i = 0; i < 5000 && state != 'S'; i++) {
        FILE *file = fopen(path, "r");
        if (file) {
            if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) state = 0;
            fclose(file);
        }
        usleep(1000);
    }
}

static void on_signal(int number) { (void)number; }

static void waiting(void) {
    int id = make(), status;
    pid_t child = fork();
    if (child == 0) {
        ssize_t got = msgrcv(id, &buffer, sizeof buffer.text, 7, 0);
        _exit(got == 5 && buffer.type == 7 && memcmp(buffer.text, "seven", 5) == 0 ? 7 : 1);
    }
    until_sleeping(child);
    put(id, 6, "six", 0);
    put(id, 7, "seven", 0);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7, "a receiver waits for its type");
    CHECK(strcmp(get(id, 0, 0), "six") == 0, "the other type stays");

    memset(buffer.text, 'y', sizeof buffer.text);
    buffer.type = 1;
    msgsnd(id, &buffer, 8192, 0), msgsnd(id, &buffer, 8192, 0);
    child = fork();
    if (child == 0) _exit(put(id, 2, "late", 0) == 0 ? 7 : 1);
    until_sleeping(child);
    CHECK_EQ(count(id), 2);
    CHECK_EQ(msgrcv(id, &buffer, 8192, 0, 0), 8192);
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "a sender waits for room");
    CHECK(strcmp(get(id, 2, 0), "late") == 0, "and its message is there");

    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    child = fork();
    if (child == 0) _exit(msgrcv(id, &buffer, 10, 99, 0) == -1 && errno == EINTR ? 7 : 1);
    until_sleeping(child);
    kill(child, SIGUSR1);
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "a signal ends a wait, SA_RESTART or not");

    child = fork();
    if (child == 0) _exit(msgrcv(id, &buffer, 10, 99, 0) == -1 && errno == EIDRM ? 7 : 1);
    until_sleeping(child);
    drop(id);
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "removal ends a wait with EIDRM");
}

static void tables(void) {
    int id = make(), found = 0;
    put(id, 1, "abc", 0);
    struct msginfo info;
    CHECK(msgctl(0, IPC_INFO, (struct msqid_ds *)&info) >= 0 && info.msgmax == 8192 && info.msgmnb == 16384 && info.msgmni == 32000,
          "IPC_INFO");
    int last = msgctl(0, MSG_INFO, (struct msqid_ds *)&info);
    struct msqid_ds d;
    for (int i = 0; i <= last; i++) found += msgctl(i, MSG_STAT, &d) == id && d.msg_qnum == 1;
    CHECK(found == 1 && info.msgpool >= 1 && info.msgtql >= 3, "MSG_STAT by index finds it");
    char line[256], wanted[64];
    FILE *file = fopen("/proc/sysvipc/msg", "r");
    snprintf(wanted, sizeof wanted, " %d   600           3          1 ", id);
    int seen = 0;
    while (file && fgets(line, sizeof line, file)) seen += strstr(line, wanted) != NULL;
    if (file) fclose(file);
    CHECK_EQ(seen, 1);
    drop(id);
}

int main(void) {
    keys();
    order();
    limits();
    waiting();
    tables();
    return check_done();
}
