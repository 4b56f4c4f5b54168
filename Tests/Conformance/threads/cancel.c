// SPDX-License-Identifier: Apache-2.0
// Cancellation: deferred at a blocking call, asynchronous in a loop, disabled, and cleanup handlers (pthread_cancel(3)).
#include "../process/support.h"

static int ends[2];
static volatile int cleaned, entered;
static void clean(void *arg) {
    (void)arg;
    cleaned++;
}
static void *blocked(void *arg) {
    char byte;
    pthread_cleanup_push(clean, NULL);
    entered = 1;
    while (read(ends[0], &byte, 1) < 0) {}
    pthread_cleanup_pop(0);
    return arg;
}
static void *loop(void *arg) {
    (void)arg;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    entered = 1;
    for (;;) __asm__ volatile("pause");
    return NULL;
}
static void *unwilling(void *arg) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    entered = 1;
    await(ends[0]);
    return arg;
}
static void *cancel(void *(*body)(void *), int feed) {
    pthread_t thread;
    void *value = NULL;
    entered = 0;
    pthread_create(&thread, NULL, body, (void *)9);
    while (!entered) sched_yield();
    pthread_cancel(thread);
    if (feed) notify(ends[1]);
    pthread_join(thread, &value);
    return value;
}

int main(void) {
    CHECK(pipe(ends) == 0, "a pipe");
    CHECK(cancel(blocked, 0) == PTHREAD_CANCELED && cleaned == 1,
          "a blocking read is a cancellation point; the handler runs");
    CHECK(cancel(loop, 0) == PTHREAD_CANCELED, "asynchronous cancellation of a busy loop");
    CHECK(cancel(unwilling, 1) == (void *)9, "disabled cancellation is ignored");
    DONE();
}
