// SPDX-License-Identifier: Apache-2.0
//
// A code twin: the executable range of a file, copied once, mapped privately by every process that executes it. System-call sites
// are rewritten in the twin through the kernel's own mapping, so one rewrite serves all present and future processes without
// changing any guest mapping. The stubs lie at a fixed distance from the code: 64 KiB below the address that file offset 0 would
// have. See docs/design/machine.md.

import LinuxABI
import Machine

public final class CodeTwin {
    public let offset: Int64
    public let bytes: Int
    public let code: KernelAddress
    let codePages: Int
    public let stubs: KernelAddress
    /// Bytes of the stub area, and of each slot; the first slot holds the gate pointers.
    public static let stubBytes = 65536
    static let slotBytes = 64
    private var usedSlots = 1
    /// Sites already tried, so that one that fits no shape is not tried again. For a site whose following instructions were
    /// displaced: the stub slot that replays them, else 0.
    private var tried: [Int: Int] = [:]
    /// For each slot its site, and whether what follows the site was displaced. The first is no stub.
    private var slots: [(site: Int, isDisplaced: Bool)] = [(0, false)]
    /// Where in a stub the displaced instructions start.
    private static let replayOffset = 13

    public init(content: FileContent, offset: Int64, bytes: Int) throws(Errno) {
        self.offset = offset
        self.bytes = bytes
        codePages = (bytes + pageSize - 1) / pageSize
        code = try kernel.pages.allocate(pages: codePages)
        do { stubs = try kernel.pages.allocate(pages: CodeTwin.stubBytes / pageSize) } catch {
            kernel.pages.release(code, pages: codePages)
            throw error
        }
        let present = Int(max(0, min(Int64(bytes), content.size - offset)))
        if present > 0 { try content.prepare(offset, Int64(present)) }
        var done = 0
        while done < present {
            let run = content.run(at: offset + Int64(done))
            let n = min(run.bytes, present - done)
            PageMemory.copy(from: run.address, to: code.advanced(by: done), n)
            done += n
        }
        PageMemory.storeGatePointers(at: stubs)
    }

    deinit {
        kernel.pages.release(code, pages: codePages)
        kernel.pages.release(stubs, pages: CodeTwin.stubBytes / pageSize)
    }

    /// Distance from the stub area to the twin's first byte, in the guest.
    public var distance: Int64 { offset + Int64(CodeTwin.stubBytes) }

    /// Rewrites the site whose `syscall` instruction is at `site` bytes into the twin. Returns where a thread that trapped there must
    /// go on, as a distance from the stub area, when what follows the site was displaced.
    public func rewrite(site: Int) -> Int? {
        if let slot = tried[site] { return slot == 0 ? nil : slot + CodeTwin.replayOffset }
        guard site >= 0, site + 2 <= bytes, usedSlots < CodeTwin.stubBytes / CodeTwin.slotBytes else { return nil }
        let slot = usedSlots * CodeTwin.slotBytes
        let shape = PageMemory.rewriteSite(
            code: code, codeBytes: codePages * pageSize, site: site, stub: stubs.advanced(by: slot),
            stubDistance: Int64(slot) - distance, gateDistance: -Int64(slot))
        tried[site] = shape == 2 ? slot : 0
        if shape == 0 { return nil }
        usedSlots += 1
        slots.append((site, shape == 2))
        kernel.rewrittenSites += 1
        return shape == 2 ? slot + CodeTwin.replayOffset : nil
    }

    /// The place in the program's own code that a place in the stub area stands for, as a distance from the stub area.
    public func original(of stubOffset: Int) -> Int64? {
        let slot = stubOffset / CodeTwin.slotBytes
        guard slot > 0, slot < slots.count else { return nil }
        let inside = stubOffset % CodeTwin.slotBytes
        let start = distance + Int64(slots[slot].site)
        // Before the jump to the gate the call has not been made.
        guard slots[slot].isDisplaced, inside >= CodeTwin.replayOffset else { return start }
        return start + 2 + Int64(inside - CodeTwin.replayOffset)
    }
}
