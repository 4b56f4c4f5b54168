// SPDX-License-Identifier: Apache-2.0
//
// Typed host calls about the machine: processors, scheduling, memory sizes.

import LinuxABI
import Machine

extension Host {
    /// Sizes of the machine's memory; whatever the host says is only a statement to programs, made consistent here.
    func systemInformation() -> Sysinfo {
        var info = Sysinfo()
        let result = Machine.withAddress(of: &info) { raw.call(99, $0) }
        let unit = info.mem_unit == 0 ? 1 : UInt64(info.mem_unit)
        let (total, overflow) = info.totalram.multipliedReportingOverflow(by: unit)
        guard result == 0, !overflow, total >= 1 << 20, total <= 1 << 52 else {
            return Sysinfo(totalram: 1 << 30, freeram: 1 << 29, mem_unit: 1)
        }
        let free = info.freeram.multipliedReportingOverflow(by: unit)
        return Sysinfo(totalram: total, freeram: free.overflow ? total : min(free.partialValue, total), mem_unit: 1)
    }

    func yieldProcessor() { _ = raw.unlocked(24) }

    /// Bytes of the mask the host keeps, in `mask`, for a host thread.
    func affinity(_ hostThread: UInt32) throws(Errno) -> [UInt64] {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let result = Machine.withAddress(of: &bytes) { raw.call(204, UInt64(hostThread), 1024, $0) }
        let count = try check(result, limit: 1024)
        guard count > 0, count & 7 == 0 else { throw .EIO }
        var mask: [UInt64] = []
        var at = 0
        while at < count {
            mask.append(bytes.littleEndian(UInt64.self, at: at) ?? 0)
            at += 8
        }
        return mask
    }

    func setAffinity(_ hostThread: UInt32, _ mask: [UInt64]) throws(Errno) {
        var bytes: [UInt8] = []
        for word in mask { bytes.append(littleEndian: word) }
        let count = UInt64(bytes.count)
        let result = Machine.withAddress(of: &bytes) { raw.call(203, UInt64(hostThread), count, $0) }
        _ = try check(result, limit: 0)
    }

    /// The processor and memory node the running thread is on.
    func currentProcessor() -> (processor: UInt32, node: UInt32) {
        var both: UInt64 = 0
        let result = Machine.withAddress(of: &both) { raw.call(309, $0, $0 &+ 4) }
        let processor = UInt32(truncatingIfNeeded: both)
        let node = UInt32(truncatingIfNeeded: both >> 32)
        return result == 0 && processor < 8192 && node < 1024 ? (processor, node) : (0, 0)
    }
}

extension Host {
    /// Pages of a host process that are in memory, and those of them that it shares, as the host counts them; nil when it does not say.
    func residentPages(of hostProcess: UInt32) -> (all: UInt64, shared: UInt64)? {
        var path = [UInt8]("/proc/")
        path.append(decimal: Int(hostProcess))
        path.append("/statm")
        var text = [UInt8](repeating: 0, count: 128)
        do {
            let descriptor = try openAt(At.AT_FDCWD, path, Open.O_RDONLY)
            defer { close(descriptor) }
            let count = try read(descriptor, at: 0, into: &text)
            text.removeLast(text.count - count)
        } catch { return nil }
        var numbers: [UInt64] = [0]
        for byte in text {
            if byte == 0x20 {
                numbers.append(0)
                continue
            }
            guard byte >= 0x30, byte <= 0x39, let last = numbers.last, last < 1 << 40 else { break }
            numbers[numbers.count - 1] = last * 10 + UInt64(byte - 0x30)
        }
        guard numbers.count >= 3, numbers[1] < 1 << 40, numbers[2] <= numbers[1] else { return nil }
        return (numbers[1], numbers[2])
    }
}

extension Host {
    /// A line of the system-call log. A descriptor that does not take it loses it.
    func writeTrace(_ descriptor: Int32, _ line: inout [UInt8]) {
        let count = line.count
        Machine.withAddress(of: &line) { address in
            var done = 0
            while done < count {
                let result = raw.unlocked(
                    1, UInt64(bitPattern: Int64(descriptor)), address &+ UInt64(done), UInt64(count - done))
                if result == -4 { continue }
                guard result > 0, result <= Int64(count - done) else { break }
                done += Int(result)
            }
        }
    }
}
