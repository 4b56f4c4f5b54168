// SPDX-License-Identifier: Apache-2.0
//
// The part of an epoll set that the host knows about: sockets of the host and standard streams. A host epoll set watches them with
// the flags the program gave, so that edge and one-shot rules are the host's own; its answers are matched against the items.

import LinuxABI
import Machine

extension EpollFile {
    /// Has the host watch `descriptor` for `item`. EPERM where the host cannot poll it.
    func watchHost(_ item: EpollItem, _ descriptor: Int32) throws(Errno) {
        let host = kernel.host
        if hostSet < 0 {
            hostSet = try host.epollCreate()
            // Sets and sleepers that watch this one learn that the host has a part in it.
            for watcher in watchers where watcher.hostDescriptor < 0 {
                do { try watcher.epoll.watchHost(watcher, hostSet) } catch { continue }
            }
            queue.notifyAll(0)
        }
        item.hostNumber = nextHostNumber
        nextHostNumber += 1
        do {
            try host.epollControl(hostSet, EpollControl.EPOLL_CTL_ADD, descriptor, hostEvents(for: item), item.hostNumber)
            item.hostDescriptor = descriptor
        } catch {
            guard error == .EEXIST else { throw error }
            // The same host descriptor under a second number: the host wants another.
            let copy = try host.duplicate(descriptor)
            item.ownsHostDescriptor = true
            item.hostDescriptor = copy
            try host.epollControl(hostSet, EpollControl.EPOLL_CTL_ADD, copy, hostEvents(for: item), item.hostNumber)
        }
        hostItems[item.hostNumber] = item
        if item.isExclusive { exclusiveHostItems += 1 }
    }

    /// The description came to have a host descriptor, lost it, or has another.
    func hostPartChanged(_ item: EpollItem) {
        closeHostPart(item)
        guard let descriptor = item.file.hostDescriptor else { return }
        // A host that cannot watch it leaves the item as one that nothing happens to.
        do { try watchHost(item, descriptor) } catch { return }
        queue.notifyAll(0)
    }

    func rewatchHost(_ item: EpollItem) throws(Errno) {
        guard item.hostDescriptor >= 0 else { return }
        try kernel.host.epollControl(
            hostSet, EpollControl.EPOLL_CTL_MOD, item.hostDescriptor, hostEvents(for: item), item.hostNumber)
    }

    func closeHostPart(_ item: EpollItem) {
        guard item.hostDescriptor >= 0 else { return }
        if hostItems.removeValue(forKey: item.hostNumber) != nil && item.isExclusive { exclusiveHostItems -= 1 }
        do {
            try kernel.host.epollControl(hostSet, EpollControl.EPOLL_CTL_DEL, item.hostDescriptor, 0, 0)
        } catch {
            // The host has forgotten it by itself.
        }
        if item.ownsHostDescriptor { kernel.host.close(item.hostDescriptor) }
        item.hostDescriptor = -1
    }

    /// A description that the kernel itself also knows is only looked at again when the host speaks: no edge, no one-shot.
    private func hostEvents(for item: EpollItem) -> UInt32 {
        let wanted = item.interest & 0xffff
        return item.hostSpeaksForItself ? wanted | item.flags & (Epoll.EPOLLET | Epoll.EPOLLONESHOT | Epoll.EPOLLEXCLUSIVE) : wanted
    }

    /// Asks the host; writes events of items that only it knows, and marks the others as worth a look.
    func collectHost(_ address: UInt64, _ maximum: Int) throws(Errno) -> Int {
        let asked = min(maximum, 64)
        if hostEvents.count < asked * 12 { hostEvents = [UInt8](repeating: 0, count: asked * 12) }
        let found = try kernel.host.epollWait(hostSet, &hostEvents, asked)
        return try deliverHost(hostEvents, found, address)
    }

    /// Gives the guest `found` events of the host.
    func deliverHost(_ events: [UInt8], _ found: Int, _ address: UInt64) throws(Errno) -> Int {
        var count = 0
        for i in 0..<found {
            guard let event = EpollEvent(bytes: events, at: i * 12), let item = hostItems[event.data] else { continue }
            let events = event.events & item.interest
            if events == 0 { continue }
            if !item.hostSpeaksForItself {
                becameReady(item)
                continue
            }
            item.hostRound = round
            try UserMemory.write(EpollEvent(events: events, data: item.data), to: address + UInt64(count) * 12)
            count += 1
            if item.flags & Epoll.EPOLLONESHOT != 0 { item.interest = 0 }
        }
        return count
    }

}
