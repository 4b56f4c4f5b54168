// SPDX-License-Identifier: Apache-2.0
//
// One registration in an epoll set.

import LinuxABI
import Machine

final class EpollItem: Waiter {
    func fileIsGone() {}
}
final class UnixSocket {}
