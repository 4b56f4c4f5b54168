// SPDX-License-Identifier: Apache-2.0
//
// Advisory locks of one inode: flock(2), POSIX record locks and open-file-description locks (fcntl(2)). An owner is a descriptor table
// (POSIX; what CLONE_FILES shares) or an open file description (OFD, flock).

import LinuxABI
import Machine

public final class FileLocks {
    struct Record {
        var owner: ObjectIdentifier
        /// For F_GETLK; -1 for OFD locks.
        var pid: Int32
        var isWrite: Bool
        var start: Int64
        /// The last byte.
        var end: Int64
    }
    private var records: [Record] = []
    private var whole: [(owner: ObjectIdentifier, isExclusive: Bool)] = []
    let queue = WaitQueue()

    static func of(_ inode: Inode) -> FileLocks {
        if let locks = inode.locks { return locks }
        let new = FileLocks()
        inode.locks = new
        return new
    }

    // MARK: records

    /// The first lock of someone else that stands in the way.
    func conflict(_ wanted: Record) -> Record? {
        for record in records
        where record.owner != wanted.owner && record.start <= wanted.end && record.end >= wanted.start
            && (record.isWrite || wanted.isWrite)
        {
            return record
        }
        return nil
    }

    /// Gives `wanted` to its owner, replacing what it had there. The caller found no conflict.
    func set(_ wanted: Record) {
        var new = wanted
        clear(wanted.owner, wanted.start, wanted.end)
        // Neighbours of the same kind become one.
        var i = 0
        while i < records.count {
            let record = records[i]
            if record.owner == new.owner, record.isWrite == new.isWrite,
                record.end == .max ? false : record.end + 1 >= new.start,
                new.end == .max ? true : record.start <= new.end + 1
            {
                new.start = min(new.start, record.start)
                new.end = max(new.end, record.end)
                records.remove(at: i)
            } else {
                i += 1
            }
        }
        let at = records.firstIndex { $0.start > new.start } ?? records.count
        records.insert(new, at: at)
        queue.notifyAll()
    }

    /// Unlocks a range.
    func unset(_ owner: ObjectIdentifier, _ start: Int64, _ end: Int64) {
        if clear(owner, start, end) { queue.notifyAll() }
    }

    @discardableResult
    private func clear(_ owner: ObjectIdentifier, _ start: Int64, _ end: Int64) -> Bool {
        var changed = false
        var i = 0
        while i < records.count {
            let record = records[i]
            guard record.owner == owner, record.start <= end, record.end >= start else {
                i += 1
                continue
            }
            changed = true
            var pieces: [Record] = []
            if record.start < start {
                var head = record
                head.end = start - 1
                pieces.append(head)
            }
            if record.end > end {
                var tail = record
                tail.start = end + 1
                pieces.append(tail)
            }
            records.replaceSubrange(i...i, with: pieces)
            i += pieces.count
        }
        return changed
    }

    /// A descriptor of the inode left `table`.
    static func descriptorClosed(_ inode: Inode, _ table: FileTable) {
        inode.locks?.unset(ObjectIdentifier(table), 0, .max)
    }

    /// An open file description is gone.
    func descriptionGone(_ file: ObjectIdentifier) {
        let had = clear(file, 0, .max)
        let count = whole.count
        whole.removeAll { $0.owner == file }
        if had || whole.count != count { queue.notifyAll() }
    }

    // MARK: flock

    /// What `owner` holds; nil for nothing.
    func flockHeld(_ owner: ObjectIdentifier) -> Bool? { whole.first { $0.owner == owner }?.isExclusive }

    func tryFlock(_ owner: ObjectIdentifier, exclusive: Bool) -> Bool {
        for held in whole where held.owner != owner && (held.isExclusive || exclusive) { return false }
        whole.append((owner, exclusive))
        return true
    }
    func unflock(_ owner: ObjectIdentifier) {
        let count = whole.count
        whole.removeAll { $0.owner == owner }
        if whole.count != count { queue.notifyAll() }
    }
}

/// Who waits for whom, for EDEADLK.
public struct LockWaits {
    private var blockers: [ObjectIdentifier: ObjectIdentifier] = [:]

    /// Notes that `owner` waits for `blocker`; false when that closes a circle.
    mutating func add(_ owner: ObjectIdentifier, waitsFor blocker: ObjectIdentifier) -> Bool {
        var at = blocker
        for _ in 0..<64 {
            if at == owner { return false }
            guard let next = blockers[at] else { break }
            at = next
        }
        blockers[owner] = blocker
        return true
    }
    mutating func remove(_ owner: ObjectIdentifier) { blockers[owner] = nil }
}
