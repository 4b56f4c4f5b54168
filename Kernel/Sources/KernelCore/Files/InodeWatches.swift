// SPDX-License-Identifier: Apache-2.0
//
// inotify(7): watches of inodes and the queues their events go to. An inode and its watches hold each other until the watch is
// removed, the inode loses its last name, or the queue's descriptor is closed.

import LinuxABI
import Machine

/// Counters of the whole enclave.
struct InotifyState {
    var watchCount = 0
    private var cookie: UInt32 = 0
    mutating func nextCookie() -> UInt32 {
        cookie &+= 1
        return cookie
    }
}

final class InodeWatch {
    let inode: Inode
    let queue: InotifyQueue
    let descriptor: Int32
    var mask: UInt32
    init(_ inode: Inode, _ queue: InotifyQueue, _ descriptor: Int32, _ mask: UInt32) {
        self.inode = inode
        self.queue = queue
        self.descriptor = descriptor
        self.mask = mask
    }
}

public final class InodeWatches {
    private var list: [InodeWatch] = []

    func watch(for queue: InotifyQueue) -> InodeWatch? { list.first { $0.queue === queue } }

    func add(_ watch: InodeWatch) {
        list.append(watch)
        kernel.inotify.watchCount += 1
    }
    func remove(_ watch: InodeWatch) {
        let count = list.count
        list.removeAll { $0 === watch }
        kernel.inotify.watchCount -= count - list.count
    }

    /// Queues an event for everyone who asked for it.
    func post(_ mask: UInt32, _ name: [UInt8] = [], cookie: UInt32 = 0, unlinked: Bool = false) {
        for watch in list where watch.mask & mask & Inotify.IN_ALL_EVENTS != 0 {
            if unlinked, watch.mask & Inotify.IN_EXCL_UNLINK != 0 { continue }
            watch.queue.post(watch.descriptor, mask, cookie, name)
            if watch.mask & Inotify.IN_ONESHOT != 0 { watch.queue.remove(watch) }
        }
    }

    /// The inode is gone.
    func removeAll() {
        for watch in list { watch.queue.remove(watch) }
    }
}

/// The events of one inotify descriptor.
final class InotifyQueue {
    struct Event {
        var descriptor: Int32
        var mask: UInt32
        var cookie: UInt32
        var name: [UInt8]
        /// The name, a zero byte, and padding to whole event headers.
        var nameBytes: Int { name.isEmpty ? 0 : (name.count + 16) & ~15 }
        var bytes: Int { 16 + nameBytes }
    }
    private var events: [Event] = []
    private var first = 0
    private var watches: [Int32: InodeWatch] = [:]
    private var lastDescriptor: Int32 = 0
    let waitQueue = WaitQueue()
    private static let limit = 16384

    var isEmpty: Bool { first == events.count }
    var bytes: Int {
        var sum = 0
        for i in first..<events.count { sum += events[i].bytes }
        return sum
    }

    func post(_ descriptor: Int32, _ mask: UInt32, _ cookie: UInt32, _ name: [UInt8]) {
        if first < events.count, let last = events.last {
            if last.mask == Inotify.IN_Q_OVERFLOW { return }
            if last.descriptor == descriptor, last.mask == mask, last.cookie == cookie, last.name == name { return }
        }
        if events.count - first >= InotifyQueue.limit {
            events.append(Event(descriptor: -1, mask: Inotify.IN_Q_OVERFLOW, cookie: 0, name: []))
        } else {
            events.append(Event(descriptor: descriptor, mask: mask, cookie: cookie, name: name))
        }
        waitQueue.notifyAll()
    }

    /// As many whole events as fit; EINVAL when not even one does.
    func take(room: Int) throws(Errno) -> [UInt8] {
        var result: [UInt8] = []
        while first < events.count, result.count + events[first].bytes <= room {
            let event = events[first]
            result.append(littleEndian: event.descriptor)
            result.append(littleEndian: event.mask)
            result.append(littleEndian: event.cookie)
            result.append(littleEndian: UInt32(truncatingIfNeeded: event.nameBytes))
            result.append(contentsOf: event.name)
            for _ in 0..<(event.nameBytes - event.name.count) { result.append(0) }
            first += 1
        }
        if result.isEmpty { throw .EINVAL }
        if first == events.count {
            events.removeAll(keepingCapacity: events.count < 256)
            first = 0
        } else if first >= 1024 {
            events.removeFirst(first)
            first = 0
        }
        return result
    }

    // MARK: watches

    func add(_ inode: Inode, _ mask: UInt32) throws(Errno) -> Int32 {
        let watches = inode.watches ?? InodeWatches()
        inode.watches = watches
        let kept = mask & (Inotify.IN_ALL_EVENTS | Inotify.IN_EXCL_UNLINK | Inotify.IN_ONESHOT)
        if let known = watches.watch(for: self) {
            if mask & Inotify.IN_MASK_CREATE != 0 { throw .EEXIST }
            known.mask = mask & Inotify.IN_MASK_ADD != 0 ? known.mask | kept : kept
            return known.descriptor
        }
        guard self.watches.count < 1 << 20, lastDescriptor < Int32.max else { throw .ENOSPC }
        lastDescriptor += 1
        let watch = InodeWatch(inode, self, lastDescriptor, kept)
        watches.add(watch)
        self.watches[lastDescriptor] = watch
        return lastDescriptor
    }

    func remove(_ descriptor: Int32) throws(Errno) {
        guard let watch = watches[descriptor] else { throw .EINVAL }
        remove(watch)
    }
    func remove(_ watch: InodeWatch) {
        watches[watch.descriptor] = nil
        watch.inode.watches?.remove(watch)
        post(watch.descriptor, Inotify.IN_IGNORED, 0, [])
    }
    func close() {
        for watch in watches.values { watch.inode.watches?.remove(watch) }
        watches = [:]
    }
}

final class InotifyFile: OpenFile {
    let queue = InotifyQueue()

    init(flags: Int32) { super.init(flags: flags, inode: kernel.channels.sharedAnonymousInode) }
    deinit { queue.close() }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if queue.isEmpty {
            if isNonblocking { throw .EAGAIN }
            let queue = self.queue
            _ = try thread.waitUntil(queue.waitQueue) { () throws(Errno) -> Bool? in queue.isEmpty ? nil : true }
        }
        return try buffer.put(try queue.take(room: buffer.remaining))
    }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EBADF }
    override func poll() -> PollEvents { queue.isEmpty ? 0 : UInt32(Poll.POLLIN | Poll.POLLRDNORM) }
    override var waitQueue: WaitQueue? { queue.waitQueue }
    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        guard command == Ioctl.FIONREAD else { throw .ENOTTY }
        try UserMemory.write(Int32(truncatingIfNeeded: queue.bytes), to: argument)
        return 0
    }
    override var linkText: [UInt8] { [UInt8]("anon_inode:inotify") }
}

extension Inotify {
    /// All that can happen, which is also what a mask must ask for.
    static let IN_ALL_EVENTS: UInt32 = 0xfff
}
