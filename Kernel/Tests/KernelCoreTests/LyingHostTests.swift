// SPDX-License-Identifier: Apache-2.0
//
// Every typed host call against a host that lies: the answer is refused with an errno, or lies within what was asked, or the
// enclave stops. It never becomes a length or a descriptor that the kernel could trip over.

import CMachine
import Formats
import Foundation
import Glibc
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

@Suite("A host that lies", .serialized)
struct LyingHostTests {
    private static let lies = wrongAnswers + [0]

    @Test(arguments: LieCase.all)
    func `an answer is refused or lies within what was asked`(lieCase: LieCase) {
        var seen: Set<Int64> = []
        for scribble in Scribble.allCases {
            for lie in Self.lies {
                let raw = ScriptedHost(lie, scribble)
                lieCase.run(Host(raw), lie)
                seen.formUnion(raw.calls)
            }
        }
        // Calls that follow others are only made when the first ones succeed.
        #expect(lieCase.numbers.isSubset(of: seen), "not made: \(lieCase.numbers.subtracting(seen))")
    }

    /// The numbers that Kernel/Tests/CMachineLies/lies.c covers: it fails itself when one is never answered with a lie.
    private static func coveredInC() throws -> Set<Int64> {
        let path = HostInterfaceListTests.repository.appendingPathComponent("Kernel/Tests/CMachineLies/lies.c")
        let text = try String(contentsOf: path, encoding: .utf8)
        return Set(text.matches(of: /COVERS\((\d+)\)/).compactMap { Int64($0.1) })
    }

    @Test func `every host call of the document is lied to`() throws {
        let path = HostInterfaceListTests.repository.appendingPathComponent("docs/design/host-interface.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let covered = LieCase.all.reduce(into: try Self.coveredInC()) { $0.formUnion($1.numbers) }
            .union(Self.coveredBelow)
        var documented = 0
        for match in text.matches(of: /(?m)^\| (\d+) \| `(\w+)` \|/) {
            documented += 1
            #expect(covered.contains(Int64(match.1) ?? -1), "no test lies to \(match.1) \(match.2)")
        }
        #expect(documented > 60)
    }

    /// What the tests below lie to: munmap, kill, ppoll, signalfd4. And restart_syscall, which Linux makes by itself after a stop and
    /// which answers in the name of the timed wait that it goes on with: futex, 202.
    private static let coveredBelow: Set<Int64> = [11, 62, 271, 289, 219]

    @Test func `reads and writes of standard streams stay within what was asked`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            let inode = HostStreamInode(
                descriptor: 77, access: Open.O_RDWR, superblock: kernel.memoryFiles, isOwned: false)
            let stream = HostStream(inode, flags: Open.O_RDWR)
            test.map(0x10_0000, 8192)
            for lie in LyingHostTests.lies {
                for number: Int64 in [0, 1] {
                    test.host.answer = { asked, _ in asked == number ? lie : 0 }
                    let count = value { () throws(Errno) in
                        try kernel.host.blockingTransfer(test.thread, number, 77, 0x10_0000, 4096)
                    }
                    if let count { precondition(count >= 0 && count <= 4096, "\(lie)") }
                    if lie < 0 || lie > 4096 { precondition(count == nil, "\(lie)") }
                    // EAGAIN for ever is a host that refuses service; a signal ends the wait.
                    if lie == -11 { continue }
                    let moved = value { () throws(Errno) -> Int in
                        var buffer = try IOBuffer(address: 0x10_0000, count: 64)
                        return number == 0 ? try stream.read(&buffer, test.thread) : try stream.write(&buffer, test.thread)
                    }
                    if let moved { precondition(moved >= 0 && moved <= 64, "\(lie)") }
                }
            }
        }
    }

    @Test func `a wait for host descriptors ends with a look, whatever the host says`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            for scribble in Scribble.allCases {
                for lie in LyingHostTests.lies {
                    var made = false
                    test.host.answer = { number, arguments in
                        if number == 271 { made = true }
                        scribble.apply(number, arguments)
                        return lie
                    }
                    var hosts = HostPollSet()
                    hosts.add(9, PollEvents(Poll.POLLIN))
                    hosts.add(10, PollEvents(Poll.POLLOUT))
                    test.thread.block.clearWake()
                    test.thread.block.setWork(false)
                    _ = test.thread.sleep(orHost: &hosts, until: Deadline.after(1_000_000))
                    precondition(made)
                    kernel.host.killGroup()
                }
            }
        }
    }

    @Test func `time may stand still, go back or be at its end`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            test.map(0x10_0000, 8192)
            let times: [(Int64, Int64)] = [
                (0, 0), (5, 999_999_999), (4, 0), (.max, .max), (-1, -1), (.min, .min), (1 << 40, -5), (9_223_372_036, 0),
                (9_223_372_037, 0), (0, .max), (1, 0),
            ]
            for (before, after) in times.flatMap({ first in times.map { (first, $0) } }) {
                cm_hosted_set_time(before.0, before.1)
                precondition(Machine.monotonicNanoseconds >= 0)
                // alarm, setitimer, timerfd, POSIX timers and the supervisor's look at them; then what /proc and sysinfo say.
                test.put(Array(repeating: 1, count: 64), at: 0x10_0100)
                for number in [37, 38, 222, 283, 286] { test.call(number, 1, 0x10_0100, 0x10_0100, 0x10_0100) }
                let timer = test.call(283, 1, 0)
                test.call(286, UInt64(bitPattern: timer), 0, 0x10_0100, 0)
                cm_hosted_set_time(after.0, after.1)
                kernel.timers.fireDue()
                for number in [36, 96, 98, 99, 100, 201, 228, 229, 287] { test.call(number, 0, 0x10_0000, 0x10_0000) }
                test.call(3, UInt64(bitPattern: timer))
                for path in ["/proc/uptime", "/proc/stat", "/proc/self/stat", "/proc/1/status", "/proc/loadavg"] {
                    test.put(Array(path.utf8) + [0], at: 0x10_0800)
                    let file = test.call(2, 0x10_0800, 0)
                    test.call(0, UInt64(bitPattern: file), 0x10_0000, 1024)
                    test.call(3, UInt64(bitPattern: file))
                }
                kernel.timers.fireDue()
            }
        }
    }

    @Test func `a packet brings nothing of the kernel's own`() {
        // A client "hands over" the enclave's memory file.
        let host = ScriptedHost { number, arguments in
            guard number == 47, let header = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(arguments[1])) else { return 0 }
            guard let control = unsafe UnsafeMutablePointer<UInt32>(bitPattern: UInt(unsafe header[4])) else { return 0 }
            unsafe (control[0] = 20, control[1] = 0, control[2] = 1, control[3] = 1)
            unsafe control[4] = UInt32(bitPattern: Machine.memoryDescriptor)
            unsafe (header[5] = 24, header[6] = 0)
            return 1
        }
        #expect(value { () throws(Errno) in try Host(host).receivePacket(4, limit: 256) } == nil)
        #expect(!host.calls.contains(3), "the memory file was closed")
    }

    @Test func `a signalfd is a descriptor of its own`() {
        for lie in Self.lies {
            let host = ScriptedHost { number, _ in number == 289 ? lie : number == 72 ? 1000 : 0 }
            let made = value { () throws(Errno) in try Host(host).makeChildSignals() }
            #expect(made == (lie >= 0 && lie <= Int64(Int32.max) && lie != Int64(Machine.memoryDescriptor) ? 1000 : nil))
        }
    }

    @Test func `a process number is one`() {
        for lie in Self.lies {
            let number = Host.processNumber(lie)
            #expect(number.map { Int64($0) } == (lie > 1 && lie <= 1 << 22 ? lie : nil))
        }
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
        await #expect(processExitsWith: .exitCode(70)) {
            Host(ScriptedHost { _, _ in -12 }).discardPages(KernelAddress(Machine.pagesBase), bytes: 1 << 40)
        }
    }
}
