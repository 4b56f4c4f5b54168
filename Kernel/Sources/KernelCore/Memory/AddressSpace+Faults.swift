// SPDX-License-Identifier: Apache-2.0
//
// Faults of guest code, and file mappings whose file changed its size: what lies beyond the end raises SIGBUS (mmap(2)). The host
// knows nothing of a file's end, so those pages are kept inaccessible.

import LinuxABI
import Machine

/// What the guest tried; decoded from a page fault's error code.
public enum FaultAccess {
    case read
    case write
    case execute

    init(error: UInt64) {
        self = error & 16 != 0 ? .execute : error & 2 != 0 ? .write : .read
    }
}

public enum FaultResolution {
    case unmapped
    case forbidden
    case beyondEnd
    case retry
}

extension AddressSpace {
    /// A guest fault: `.retry` when the map allowed the access after all (a file that grew) and the guest may try again.
    public func resolveFault(_ address: UInt64, _ access: FaultAccess) -> FaultResolution {
        guard let area = area(at: address) else { return .unmapped }
        guard let content = area.content, area.twin == nil else { return .forbidden }
        let isAllowed =
            switch access {
            case .read: area.protection != 0
            case .write: area.protection & Mman.PROT_WRITE != 0
            case .execute: area.protection & Mman.PROT_EXEC != 0
            }
        guard isAllowed else { return .forbidden }
        let page = Int64(address & ~4095) - Int64(area.start)
        let end = (content.size + 4095) & ~4095
        guard area.offset + page < end else { return .beyondEnd }
        let present = min(Int64(area.bytes), end - area.offset)
        do { try mapContent(area, content, from: page, count: present - page) } catch { return .beyondEnd }
        return .retry
    }

    /// Makes the pages of file mappings in the range that lie beyond their file's end inaccessible. For the running process only.
    func hideBeyondEnd(from start: UInt64 = 0, to end: UInt64 = .max) {
        var i = index(above: start)
        while i < areas.count, areas[i].start < end {
            let area = areas[i]
            i += 1
            guard let content = area.content, area.twin == nil else { continue }
            let present = UInt64(max(0, min(Int64(area.bytes), ((content.size + 4095) & ~4095) - area.offset)))
            guard present < area.bytes else { continue }
            // The host had room for these mappings before; where it refuses, zeros are seen instead of SIGBUS.
            do { try kernel.host.mapAnonymous(area.start + present, area.bytes - present, 0) } catch { continue }
        }
    }

    /// Carries out what `FileContent.mappingsShrank` asked for while another process ran.
    func hideStale() {
        isStale = false
        hideBeyondEnd()
    }
}

extension FileContent {
    /// The file became shorter: the running process sees that at once, others when they next leave the kernel or are interrupted.
    func mappingsShrank() {
        guard isMapped else { return }
        let current = currentThread.process
        for process in kernel.processes.all where process.state == .running {
            let memory = process.memory
            guard memory.areas.contains(where: { $0.content === self }) else { continue }
            if memory === current.memory {
                memory.hideBeyondEnd()
                continue
            }
            memory.isStale = true
            // A sleeping thread looks when it wakes; a running one has to be told.
            for thread in process.threads where !thread.block.isParked {
                thread.disturb()
            }
        }
    }
}
