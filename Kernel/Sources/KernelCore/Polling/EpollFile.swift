// SPDX-License-Identifier: Apache-2.0
//
// An epoll set (epoll(7)). Items whose object changed stand in a list, so that waiting costs what is ready and not what is watched.
// What only the host can tell is watched by a host epoll set that belongs to this one: see EpollFile+Host.swift.

import LinuxABI
import Machine

final class EpollFile: OpenFile {
    var items: [EpollKey: EpollItem] = [:]
    private var first: EpollItem?
    private var last: EpollItem?
    let queue = WaitQueue()
    var hostSet: Int32 = -1
    var hostItems: [UInt64: EpollItem] = [:]
    var nextHostNumber: UInt64 = 1
    var hostEvents: [UInt8] = []
    /// Counts the questions to the host.
    var round: UInt64 = 0
    /// How many of `hostItems` are exclusive: then the host must see who waits.
    var exclusiveHostItems = 0

    init() {
        super.init(flags: Open.O_RDWR, inode: kernel.channels.sharedAnonymousInode)
    }

    deinit {
        for item in items.values {
            item.queue?.remove(item)
            item.file.watchers.removeAll { $0 === item }
            closeHostPart(item)
        }
        while let item = first { unlink(item) }
        if hostSet >= 0 { kernel.host.close(hostSet) }
    }

    override var waitQueue: WaitQueue? { queue }
    override var hostDescriptor: Int32? { hostSet >= 0 ? hostSet : nil }
    override var linkText: [UInt8] { [UInt8]("anon_inode:[eventpoll]") }

    override func poll() -> PollEvents {
        // Items that turn out to have nothing leave the list.
        while let item = first {
            if item.ownEvents & item.interest != 0 { return PollEvents(Poll.POLLIN | Poll.POLLRDNORM) }
            unlink(item)
        }
        return hostSet >= 0 && kernel.host.pollNow(hostSet, PollEvents(Poll.POLLIN)) != 0 ? PollEvents(Poll.POLLIN | Poll.POLLRDNORM) : 0
    }

    // MARK: epoll_ctl

    func add(_ file: OpenFile, _ descriptor: Int32, _ event: EpollEvent) throws(Errno) {
        let key = EpollKey(file: ObjectIdentifier(file), descriptor: descriptor)
        guard items[key] == nil else { throw .EEXIST }
        try Headroom.check()
        let item = EpollItem(self, file, key, event)
        if let host = file.hostDescriptor { try watchHost(item, host) }
        items[key] = item
        file.watchers.append(item)
        item.queue?.add(item)
        lookAgain(item)
    }

    func modify(_ file: OpenFile, _ descriptor: Int32, _ event: EpollEvent) throws(Errno) {
        guard let item = items[EpollKey(file: ObjectIdentifier(file), descriptor: descriptor)] else { throw .ENOENT }
        guard item.flags & Epoll.EPOLLEXCLUSIVE == 0 else { throw .EINVAL }
        item.interest = event.events & ~EpollItem.flagBits | Epoll.EPOLLERR | Epoll.EPOLLHUP
        item.flags = event.events & EpollItem.flagBits
        item.data = event.data
        try rewatchHost(item)
        lookAgain(item)
    }

    func remove(_ file: OpenFile, _ descriptor: Int32) throws(Errno) {
        guard let item = items[EpollKey(file: ObjectIdentifier(file), descriptor: descriptor)] else { throw .ENOENT }
        file.watchers.removeAll { $0 === item }
        forget(item)
    }

    /// Takes an item out of everything but its file's list.
    func forget(_ item: EpollItem) {
        item.queue?.remove(item)
        items[item.key] = nil
        unlink(item)
        closeHostPart(item)
    }

    private func lookAgain(_ item: EpollItem) {
        // What the host watches alone is told by the host.
        if item.queue == nil && item.hostDescriptor >= 0 { return }
        if item.ownEvents & item.interest != 0 { becameReady(item) }
    }

    // MARK: the ready list

    func becameReady(_ item: EpollItem) {
        if !item.isReady { link(item) }
        queue.notifyAll(PollEvents(Poll.POLLIN | Poll.POLLRDNORM))
    }

    private func link(_ item: EpollItem) {
        item.isReady = true
        item.previous = last
        if let last { last.next = item } else { first = item }
        last = item
    }

    private func unlink(_ item: EpollItem) {
        guard item.isReady else { return }
        item.isReady = false
        let next = item.next
        let previous = item.previous
        item.next = nil
        item.previous = nil
        if let previous { previous.next = next } else { first = next }
        if let next { next.previous = previous } else { last = previous }
    }

    // MARK: epoll_wait

    /// Writes up to `maximum` events to the guest; returns how many.
    func collect(_ address: UInt64, _ maximum: Int) throws(Errno) -> Int {
        var count = 0
        if hostSet >= 0 {
            round += 1
            count = try collectHost(address, maximum)
        }
        let end = last
        while count < maximum, let item = first {
            unlink(item)
            // One event an item: what the host said goes first, the rest comes with the next call.
            if hostSet >= 0 && item.hostRound == round && count > 0 {
                link(item)
                if item === end { break }
                continue
            }
            let found = item.ownEvents & item.interest
            if found != 0 {
                do {
                    try UserMemory.write(EpollEvent(events: found, data: item.data), to: address + UInt64(count) * 12)
                } catch {
                    link(item)
                    if count == 0 { throw error }
                    return count
                }
                count += 1
                if item.flags & Epoll.EPOLLONESHOT != 0 {
                    item.interest = 0
                } else if item.flags & Epoll.EPOLLET == 0 {
                    link(item)
                }
            }
            if item === end { break }
        }
        return count
    }

    func wait(_ address: UInt64, _ maximum: Int, _ thread: Thread, until deadline: Deadline?, isPoll: Bool) throws(Errno) -> Int {
        while true {
            thread.block.clearWake()
            let count = try collect(address, maximum)
            if count > 0 || isPoll { return count }
            if let deadline, deadline.hasPassed { return 0 }
            let result: WaitResult
            if hostSet < 0 {
                result = thread.sleep(on: queue, until: deadline)
            } else if exclusiveHostItems > 0 {
                var found = [UInt8](repeating: 0, count: min(maximum, 64) * 12)
                var number = 0
                queue.add(thread.threadWaiter)
                result = thread.sleep(inHostSet: hostSet, &found, &number, until: deadline)
                queue.remove(thread.threadWaiter)
                let count = try deliverHost(found, number, address)
                if count > 0 { return count }
            } else {
                var hosts = HostPollSet()
                hosts.add(hostSet, PollEvents(Poll.POLLIN))
                queue.add(thread.threadWaiter)
                result = thread.sleep(orHost: &hosts, until: deadline)
                queue.remove(thread.threadWaiter)
            }
            if result == .interrupted {
                let count = try collect(address, maximum)
                if count > 0 { return count }
                throw thread.interrupted(.never)
            }
        }
    }

    // MARK: nesting

    static let maximumNesting = 4

    /// Whether `target` can be watched by this set: no set may watch itself, and chains are short.
    func mayWatch(_ target: EpollFile) -> Bool {
        var budget = 10_000
        guard let below = target.depth(lookingFor: self, 0, &budget) else { return false }
        guard let above = height(0, &budget) else { return false }
        return below + above + 1 <= EpollFile.maximumNesting
    }
    /// How deep sets are nested in this one; nil when `other` is among them or there are too many.
    private func depth(lookingFor other: EpollFile, _ level: Int, _ budget: inout Int) -> Int? {
        budget -= 1
        if self === other || level > EpollFile.maximumNesting || budget < 0 { return nil }
        var deepest = 0
        for item in items.values {
            guard let inner = item.file as? EpollFile else { continue }
            guard let depth = inner.depth(lookingFor: other, level + 1, &budget) else { return nil }
            deepest = max(deepest, depth + 1)
        }
        return deepest
    }
    private func height(_ level: Int, _ budget: inout Int) -> Int? {
        budget -= 1
        if level > EpollFile.maximumNesting || budget < 0 { return nil }
        var highest = 0
        for item in watchers {
            guard let height = item.epoll.height(level + 1, &budget) else { return nil }
            highest = max(highest, height + 1)
        }
        return highest
    }
}
