// SPDX-License-Identifier: Apache-2.0
//
// Every typed host call against a host that lies: the answer is refused with an errno, or lies within what was asked, or the
// enclave stops. It never becomes a length or a descriptor that the kernel could trip over.

import Glibc
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

@Suite("A host that lies", .serialized)
struct LyingHostTests {
    /// Runs `body` with a host that gives `answer` to everything, for each wrong answer.
    private func forEachLie(_ body: (Host, Int64) -> Void) {
        for lie in wrongAnswers { body(Host(ScriptedHost { _, _ in lie }), lie) }
    }

    /// The value of a typed call, nil when it was refused.
    private func value<R>(_ body: () throws(Errno) -> R) -> R? {
        do { return try body() } catch { return nil }
    }

    @Test func `descriptors are numbers`() {
        forEachLie { host, lie in
            var results: [Int32?] = []
            results.append(value { () throws(Errno) in try host.openAt(-100, [0x78], 0) })
            results.append(value { () throws(Errno) in try host.duplicate(3) })
            results.append(value { () throws(Errno) in try host.epollCreate() })
            results.append(value { () throws(Errno) in try host.socket(2, 1, 0) })
            results.append(value { () throws(Errno) in try host.acceptSocket(3) })
            results.append(value { () throws(Errno) in try host.makeDoorbell() })
            results.append(value { () throws(Errno) in try host.makeChildSignals() })
            results.append(value { () throws(Errno) in try host.moveHigh(3) })
            for result in results {
                if let result { #expect(result >= 0 && Int64(result) == lie) }
                if lie < 0 || lie > Int64(Int32.max) { #expect(result == nil, "\(lie)") }
            }
        }
    }

    @Test func `resident memory is plausible or not told`() {
        forEachLie { host, _ in
            if let pages = host.residentPages(of: 5) { #expect(pages.shared <= pages.all && pages.all < 1 << 40) }
        }
    }

    @Test func `counts stay within what was asked`() {
        forEachLie { host, lie in
            var buffer = [UInt8](repeating: 0, count: 64)
            var counts: [(Int, Int)] = []
            if let n = value({ () throws(Errno) in try host.directoryRecords(3, into: &buffer) }) {
                counts.append((n, 64))
            }
            if let n = value({ () throws(Errno) in try host.read(3, at: 0, into: &buffer) }) { counts.append((n, 64)) }
            if let n = value({ () throws(Errno) in try host.epollWait(3, &buffer, 5) }) { counts.append((n, 5)) }
            if let n = value({ () throws(Errno) in try host.send(3, 0x1000, 8, flags: 0) }) { counts.append((n, 8)) }
            if let n = value({ () throws(Errno) in try host.receive(3, 0x1000, 8, flags: 0, limit: 8) }) {
                counts.append((n, 8))
            }
            if let n = value({ () throws(Errno) in try host.writeKernelBytes(3, buffer) }) { counts.append((n, 64)) }
            if let b = value({ () throws(Errno) in try host.readKernelBytes(3, 16) }) { counts.append((b.count, 16)) }
            if let b = value({ () throws(Errno) in try host.readLinkAt(-100, [0x78]) }) {
                counts.append((b.count, 4096))
            }
            if let b = value({ () throws(Errno) in try host.socketOption(3, 1, 2, room: 16) }) {
                counts.append((b.count, 16))
            }
            if let b = value({ () throws(Errno) in try host.address(of: 3, isPeer: true, domain: 2) }) {
                counts.append((b.count, 128))
            }
            if let n = value({ () throws(Errno) in try host.read(3, at: 0, 4096, to: KernelAddress(Machine.pagesBase)) }
            ) {
                counts.append((n, 4096))
            }
            for (count, limit) in counts { #expect(count >= 0 && count <= limit, "\(lie)") }
        }
    }

    /// Whether a call without a value was refused.
    private func isRefused(_ body: () throws(Errno) -> Void) -> Bool {
        do { try body() } catch { return true }
        return false
    }

    @Test func `calls without a value succeed only with zero`() {
        forEachLie { host, lie in
            #expect(isRefused { () throws(Errno) in try host.bind(3, [2, 0]) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.connect(3, [2, 0]) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.listen(3, 1) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.shutdown(3, 0) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.epollControl(3, 1, 4, 1, 1) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.setSocketOption(3, 1, 2, [0, 0, 0, 0]) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.protect(0x10000, 4096, 1) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.advise(0x10000, 4096, 4) }, "\(lie)")
            #expect(isRefused { () throws(Errno) in try host.setAffinity(0, [1]) }, "\(lie)")
        }
    }

    @Test func `statements about the machine are made plausible`() {
        forEachLie { host, _ in
            _ = host.streamStatus(3)
            if let flags = host.statusFlags(3) { #expect(flags >= 0) }
            _ = host.pollOne(3, 1)
            _ = host.clock(2)
            _ = host.clockResolution(2)
            _ = host.usage(0)
            _ = host.currentProcessor()
            _ = host.reapChild()
            if let mask = value({ () throws(Errno) in try host.affinity(1) }) {
                #expect(!mask.isEmpty && mask.count <= 128)
            }
            let info = host.systemInformation()
            #expect(info.totalram > 0 && info.freeram <= info.totalram && info.mem_unit == 1)
        }
        // Structures full of ones.
        let host = Host(
            ScriptedHost { number, arguments in
                if number == 99, let p = unsafe UnsafeMutableRawPointer(bitPattern: UInt(arguments[0])) {
                    unsafe memset(p, 0xff, 112)
                }
                if number == 309, let p = unsafe UnsafeMutableRawPointer(bitPattern: UInt(arguments[0])) {
                    unsafe memset(p, 0xff, 8)
                }
                return 0
            })
        let info = host.systemInformation()
        #expect(info.totalram > 0 && info.freeram <= info.totalram)
        #expect(host.currentProcessor().processor == 0)
    }

    @Test func `every kind of failure is an errno`() {
        for result in stride(from: Int64(-5000), through: -1, by: 1) {
            let host = Host(ScriptedHost { _, _ in result })
            do {
                _ = try host.listen(3, 1)
                Issue.record("accepted \(result)")
            } catch {
                let known = result >= -133 && Errno(rawValue: Int32(-result)) != nil
                #expect(error == (known ? Errno(rawValue: Int32(-result)) : .EIO))
            }
        }
    }

    @Test func `a mapping at another address ends the enclave`() async {
        await #expect(processExitsWith: .exitCode(70)) {
            try Host(ScriptedHost { _, _ in 0x2000_0000_0000 }).mapAnonymous(0x10000, 4096, 3)
        }
        await #expect(processExitsWith: .exitCode(70)) {
            try Host(ScriptedHost { _, _ in 0 }).mapPages(
                0x10000, 4096, 3, page: KernelAddress(Machine.pagesBase), isShared: true)
        }
        await #expect(processExitsWith: .exitCode(70)) {
            try Host(ScriptedHost { _, _ in 0x11000 }).remap(0x10000, 4096, to: 0x20000, 4096)
        }
        await #expect(processExitsWith: .exitCode(70)) { Host(ScriptedHost { _, _ in -22 }).unmap(0x10000, 4096) }
    }

    @Test func `a mapping that is refused is an errno`() {
        for lie in wrongAnswers where lie < 0 {
            let host = Host(ScriptedHost { _, _ in lie })
            #expect(value { () throws(Errno) in try host.mapAnonymous(0x10000, 4096, 3) } == nil)
        }
    }
}
