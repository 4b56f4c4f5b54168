// SPDX-License-Identifier: Apache-2.0
//
// One registration in an epoll set. The description's list and the set both keep it; either side's end takes it out of both.

import LinuxABI
import Machine

final class EpollItem: Waiter {
    private let epollReference: Unretained<EpollFile>
    private let fileReference: Unretained<OpenFile>
    let key: EpollKey
    /// What was asked for, with EPOLLERR and EPOLLHUP; 0 while a one-shot registration is spent.
    var interest: UInt32
    var flags: UInt32
    var data: UInt64
    /// The queue it listens on; nil for what only the host knows.
    let queue: WaitQueue?
    /// What the set's host epoll watches for it, and under which number; -1 where the host has no part in it.
    var hostDescriptor: Int32 = -1
    var hostNumber: UInt64 = 0
    /// What the host says goes to the program as it is.
    let hostSpeaksForItself: Bool
    /// The collection in which the host last spoke for it.
    var hostRound: UInt64 = 0
    /// A duplicate made because the host knows the descriptor already.
    var ownsHostDescriptor = false

    // The ready list.
    var next: EpollItem?
    var previous: EpollItem?
    var isReady = false

    static let flagBits = Epoll.EPOLLET | Epoll.EPOLLONESHOT | Epoll.EPOLLEXCLUSIVE | Epoll.EPOLLWAKEUP

    init(_ epoll: EpollFile, _ file: OpenFile, _ key: EpollKey, _ event: EpollEvent) {
        epollReference = Unretained(epoll)
        fileReference = Unretained(file)
        self.key = key
        queue = file.waitQueue
        hostSpeaksForItself = queue == nil || file.hostStandsBeside
        interest = event.events & ~EpollItem.flagBits | Epoll.EPOLLERR | Epoll.EPOLLHUP
        flags = event.events & EpollItem.flagBits
        data = event.data
    }

    // Both sides' deinit takes the item out of everything first.
    @inline(__always) var epoll: EpollFile { epollReference.object }
    @inline(__always) var file: OpenFile { fileReference.object }

    /// The events that hold now as far as the host does not tell them itself.
    var ownEvents: PollEvents { hostSpeaksForItself && hostDescriptor >= 0 ? file.pollInside() : file.poll() }

    override func notify(_ queue: WaitQueue) {
        if interest & queue.events != 0 { epoll.becameReady(self) }
    }

    /// An exclusive registration is never modified.
    override var isExclusive: Bool { flags & Epoll.EPOLLEXCLUSIVE != 0 }
    override func notifyExclusively(_ queue: WaitQueue) -> Bool {
        guard interest & queue.events != 0 else { return false }
        let isWaitedFor = !epoll.queue.isEmpty
        epoll.becameReady(self)
        return isWaitedFor
    }

    /// Called while the description ends: it must not be touched.
    func fileIsGone() { epoll.forget(self) }
}

/// epoll(7): registrations are told apart by the description and the number it was added under.
struct EpollKey: Hashable {
    let file: ObjectIdentifier
    let descriptor: Int32
}
