// SPDX-License-Identifier: Apache-2.0
//
// /proc/sysvipc (sysvipc(7)): the tables that ipcs(1) shows.

import LinuxABI
import Machine

enum ProcSystemV {
    static func fill(_ directory: FixedDirectory) {
        directory.text("sem") { (_: Thread) throws(Errno) -> [UInt8] in
            var text = [UInt8]("       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n")
            for case let set? in kernel.semaphores.objects {
                let owner = set.permission
                line(
                    &text, owner.key, set.id, owner.mode,
                    [
                        (UInt64(set.values.count), 10), (UInt64(owner.uid), 5), (UInt64(owner.gid), 5), (UInt64(owner.creatorUid), 5),
                        (UInt64(owner.creatorGid), 5), (UInt64(bitPattern: set.operationTime), 10), (UInt64(bitPattern: set.changeTime), 10),
                    ])
            }
            return text
        }
        directory.text("msg") { (_: Thread) throws(Errno) -> [UInt8] in
            var text = [UInt8](
                "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n")
            for case let queue? in kernel.messageQueues.objects {
                let owner = queue.permission
                line(
                    &text, owner.key, queue.id, owner.mode,
                    [
                        (queue.bytes, 11), (UInt64(queue.messages.count), 10), (UInt64(queue.lastSender), 5), (UInt64(queue.lastReceiver), 5),
                        (UInt64(owner.uid), 5), (UInt64(owner.gid), 5), (UInt64(owner.creatorUid), 5), (UInt64(owner.creatorGid), 5),
                        (UInt64(bitPattern: queue.sendTime), 10), (UInt64(bitPattern: queue.receiveTime), 10),
                        (UInt64(bitPattern: queue.changeTime), 10),
                    ])
            }
            return text
        }
        directory.text("shm") { (_: Thread) throws(Errno) -> [UInt8] in
            kernel.sharedSegments.collect()
            var text = [UInt8](
                "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n"
            )
            for case let segment? in kernel.sharedSegments.segments {
                line(
                    &text, segment.permission.key, segment.id, segment.shownMode,
                    [
                        (segment.bytes, 21), (UInt64(segment.creatorPid), 5), (UInt64(segment.lastPid), 5), (UInt64(segment.attachCount), 5),
                        (UInt64(segment.permission.uid), 5), (UInt64(segment.permission.gid), 5), (UInt64(segment.permission.creatorUid), 5),
                        (UInt64(segment.permission.creatorGid), 5),
                        (UInt64(bitPattern: segment.attachTime), 10), (UInt64(bitPattern: segment.detachTime), 10),
                        (UInt64(bitPattern: segment.changeTime), 10), ((segment.bytes + 4095) & ~4095, 21), (0, 21),
                    ])
            }
            return text
        }
    }

    /// Key, identifier and permissions in octal, then numbers right-aligned in columns.
    private static func line(_ text: inout [UInt8], _ key: Int32, _ id: Int32, _ mode: UInt32, _ columns: [(UInt64, Int)]) {
        func add(_ digits: [UInt8], _ width: Int) {
            text.append(contentsOf: [UInt8](repeating: 0x20, count: max(0, width - digits.count)))
            text.append(contentsOf: digits)
        }
        func decimal(_ number: Int) -> [UInt8] {
            var digits: [UInt8] = []
            digits.append(decimal: number)
            return digits
        }
        add(decimal(Int(key)), 10)
        text.append(0x20)
        add(decimal(Int(id)), 10)
        text.append(0x20)
        var octal: [UInt8] = []
        var rest = mode
        repeat {
            octal.insert(UInt8(truncatingIfNeeded: 0x30 + rest & 7), at: 0)
            rest >>= 3
        } while rest > 0
        add(octal, 5)
        for (number, width) in columns {
            text.append(0x20)
            add(decimal(Int(truncatingIfNeeded: number)), width)
        }
        text.append(0x0a)
    }
}
