// SPDX-License-Identifier: Apache-2.0
// Thin calls for Launch: what Swift cannot call directly or safely (fork and exec, control messages,
// terminal state that signal handlers must restore). No policy. Every int result is a value >= 0 or -errno.
#ifndef CLAUNCH_H
#define CLAUNCH_H

#include <stddef.h>
#include <stdint.h>

// Spawn.c

/// Puts a descriptor that can neither be read nor written at each of 0, 1 and 2 that the caller has closed, so that nothing else gets
/// the number. The kernel knows it by O_PATH and gives the program no such descriptor.
void claunch_hold_standard_streams(void);
/// Starts `path` as "cloister-kernel" in a session of its own with descriptor i = fds[i], everything else closed,
/// default signal state and an empty environment. With `dies_with_parent` the host kills it when the caller dies.
/// Returns the process id.
int claunch_spawn(const char *path, const int *fds, unsigned count, int dies_with_parent);
/// Waits in a process of its own until `socket` is readable, then becomes `path` with the arguments "serve" and `kind` in this
/// process's environment: standard input and output are /dev/null, standard error is `errors` (-1: /dev/null), descriptor 3 is the socket. The
/// process ends when the other side closes before that. Returns the process id.
int claunch_spawn_service(const char *path, const char *kind, int socket, int errors);
/// Replaces this process by argv[0], looked up in PATH.
int claunch_exec(char *const argv[]);
int claunch_pidfd(int pid);
/// Reaps the child. Returns its exit code, or 256 + signal.
int claunch_reap(int pid);
/// Signals the process group led by `pid`.
int claunch_kill_group(int pid, int signal);
int claunch_kill(int pid, int signal);

// Signals.c

/// Blocks the `count` signals and returns a descriptor that reports them.
int claunch_signal_queue(const int *signals, unsigned count);
/// Takes one reported signal; 0 when there is none.
int claunch_signal_next(int queue);

// Terminal.c

int claunch_is_terminal(int fd);
/// rows << 16 | columns.
int claunch_window_size(int fd);
/// Puts the terminal in raw mode and registers its restoration for exit and for fatal signals.
int claunch_terminal_raw(int fd);
/// Restores what claunch_terminal_raw changed; does nothing when nothing is changed.
void claunch_terminal_restore(void);
/// Stops this process as SIGTSTP would, out of raw mode meanwhile; returns after SIGCONT.
int claunch_stop_self(void);

// Files.c

int claunch_memory_file(const char *name);
/// Forbids every later change of a memory file.
int claunch_memory_file_seal(int fd);
int claunch_open(const char *path, int flags, unsigned mode);
int claunch_duplicate(int fd);
int claunch_close(int fd);
int64_t claunch_read(int fd, void *buffer, size_t count);
int64_t claunch_read_at(int fd, void *buffer, size_t count, int64_t offset);
int64_t claunch_write(int fd, const void *buffer, size_t count);
int claunch_lock(int fd);
int claunch_make_directory(const char *path, unsigned mode);
int claunch_remove(const char *path);
int claunch_rename(const char *from, const char *to);
/// 1 when `path` is a directory of this user that no one else can write to; 0 when not.
int claunch_is_private_directory(const char *path);
int claunch_exists(const char *path);
int claunch_is_directory(const char *path);
int claunch_is_executable(const char *path);
/// Lists a directory: names separated by NUL into `buffer`; returns the bytes used, -ERANGE when too small.
int64_t claunch_list(const char *path, char *buffer, size_t capacity);
int64_t claunch_read_link(const char *path, char *buffer, size_t capacity);
int claunch_user_id(void);
/// The i-th NAME=value of this process, or NULL.
const char *claunch_environment(unsigned index);

// Sockets.c

/// A connected pair: low 32 bits one end, high 32 bits the other.
int64_t claunch_socket_pair(void);
/// Listens on / connects to a SOCK_SEQPACKET socket named `name` in `directory` (any length of path).
int claunch_listen(const char *directory, const char *name);
int claunch_connect(const char *directory, const char *name);
/// Sends one packet, with `fd_count` descriptors attached.
int claunch_send(int socket, const void *bytes, size_t count, const int *fds, unsigned fd_count);
/// Receives one packet; 0 at the end of the connection, -EMSGSIZE when it was longer than `capacity`.
int64_t claunch_receive(int socket, void *buffer, size_t capacity);

/// Waits until one of `count` descriptors is readable or ended. Returns a bit set; 0 after `timeout_ms` (-1 = none).
int claunch_wait_readable(const int *fds, unsigned count, int timeout_ms);
int64_t claunch_monotonic_microseconds(void);
int64_t claunch_wall_seconds(void);

// Memory.c

/// Gives back free heap memory and the pages of code; what is needed again is mapped again, a little later.
void claunch_release_idle_memory(void);

#endif
