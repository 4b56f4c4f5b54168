// SPDX-License-Identifier: Apache-2.0
//
// Every typed host call, with what must hold of its value whatever the host answers.

import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

struct LieCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// The host calls it makes when all goes well.
    let numbers: Set<Int64>
    /// Makes the call once; `lie` is what the host answers to everything.
    let run: @Sendable (Host, _ lie: Int64) -> Void

    init(_ name: String, _ numbers: Set<Int64>, _ run: @escaping @Sendable (Host, _ lie: Int64) -> Void) {
        self.name = name
        self.numbers = numbers
        self.run = run
    }
    var testDescription: String { name }
}

/// The value of a typed call, nil when it was refused.
func value<R>(_ body: () throws(Errno) -> R) -> R? {
    do { return try body() } catch { return nil }
}

extension LieCase {
    static let all = descriptors + counts + plain + changes + statements + memory + supervision

    private static func descriptor(
        _ name: String, _ numbers: Set<Int64>, _ body: @escaping @Sendable (Host) throws(Errno) -> Int32
    ) -> LieCase {
        LieCase(name, numbers) { host, lie in
            let result = value { () throws(Errno) in try body(host) }
            if lie < 0 || lie > Int64(Int32.max) || lie == Int64(Machine.memoryDescriptor) {
                #expect(result == nil, "\(name): \(lie)")
            } else if let result {
                #expect(Int64(result) == lie, "\(name): \(lie)")
            }
        }
    }
    private static func count(
        _ name: String, _ numbers: Set<Int64>, limit: Int, _ body: @escaping @Sendable (Host) throws(Errno) -> Int
    ) -> LieCase {
        LieCase(name, numbers) { host, lie in
            guard let result = value({ () throws(Errno) in try body(host) }) else { return }
            #expect(result >= 0 && result <= limit, "\(name): \(lie)")
        }
    }
    /// Succeeds only when the host says 0.
    private static func refused(
        _ name: String, _ numbers: Set<Int64>, _ body: @escaping @Sendable (Host) throws(Errno) -> Void
    ) -> LieCase {
        LieCase(name, numbers) { host, lie in
            let result: Void? = value { () throws(Errno) in try body(host) }
            if lie != 0 { #expect(result == nil, "\(name): \(lie)") }
        }
    }

    // MARK: descriptors the host makes

    private static let descriptors: [LieCase] = [
        descriptor("openAt", [257]) { host throws(Errno) in try host.openAt(-100, [0x78], 0) },
        descriptor("duplicate", [72]) { host throws(Errno) in try host.duplicate(3) },
        descriptor("epollCreate", [291]) { host throws(Errno) in try host.epollCreate() },
        descriptor("socket", [41]) { host throws(Errno) in try host.socket(2, 1, 0) },
        descriptor("acceptSocket", [288]) { host throws(Errno) in try host.acceptSocket(3) },
        descriptor("acceptClient", [288]) { host throws(Errno) in try host.acceptClient(4) },
        descriptor("makeDoorbell", [290, 72, 3]) { host throws(Errno) in try host.makeDoorbell() },
        descriptor("makeChildSignals", [14]) { host throws(Errno) in try host.makeChildSignals() },
        descriptor("moveHigh", [72, 3]) { host throws(Errno) in try host.moveHigh(3) },
    ]

    // MARK: counts

    private static let counts: [LieCase] = [
        count("directoryRecords", [217], limit: 64) { host throws(Errno) in
            var buffer = [UInt8](repeating: 0, count: 64)
            return try host.directoryRecords(3, into: &buffer)
        },
        count("read at", [17], limit: 64) { host throws(Errno) in
            var buffer = [UInt8](repeating: 0, count: 64)
            return try host.read(3, at: 0, into: &buffer)
        },
        count("read to pages", [17], limit: 4096) { host throws(Errno) in
            try host.read(3, at: 0, 4096, to: KernelAddress(Machine.pagesBase))
        },
        count("write at", [18], limit: 64) { host throws(Errno) in
            var buffer = [UInt8](repeating: 0, count: 64)
            return try host.write(3, at: 0, &buffer)
        },
        count("transfer for reading", [17], limit: 4096) { host throws(Errno) in
            try host.transfer(3, Machine.pagesBase + (2 << 30), 4096, at: 0, writes: false)
        },
        count("transfer for writing", [18], limit: 4096) { host throws(Errno) in
            try host.transfer(3, 0x10000, 4096, at: 0, writes: true)
        },
        count("epollWait", [281], limit: 5) { host throws(Errno) in
            var buffer = [UInt8](repeating: 0, count: 60)
            return try host.epollWait(3, &buffer, 5)
        },
        count("send", [44], limit: 8) { host throws(Errno) in try host.send(3, 0x1000, 8, flags: 0) },
        count("receive", [45], limit: 8) { host throws(Errno) in
            // Where the host would write is the guest's; here there is none.
            try host.receive(3, 0, 8, flags: 0, limit: 8)
        },
        count("writeKernelBytes", [1], limit: 64) { host throws(Errno) in
            try host.writeKernelBytes(3, [UInt8](repeating: 0, count: 64))
        },
        count("sendWithoutWaiting", [44], limit: 64) { host throws(Errno) in
            try host.sendWithoutWaiting(3, [UInt8](repeating: 0, count: 64))
        },
        count("readKernelBytes", [0], limit: 16) { host throws(Errno) in try host.readKernelBytes(3, 16).count },
        count("socketOption", [55], limit: 16) { host throws(Errno) in try host.socketOption(3, 1, 2, room: 16).count },
        count("seek", [8], limit: .max) { host throws(Errno) in Int(try host.seek(3, 0, 0)) },
        count("memoryBarrier", [324], limit: 0x7f) { host throws(Errno) in try host.memoryBarrier(command: 0, flags: 0) },
        LieCase("readLinkAt", [267]) { host, _ in
            guard let target = value({ () throws(Errno) in try host.readLinkAt(-100, [0x78]) }) else { return }
            #expect(!target.isEmpty && target.count < 4096 && !target.contains(0))
        },
        LieCase("getsockname", [51]) { host, _ in
            guard let name = value({ () throws(Errno) in try host.address(of: 3, isPeer: false, domain: 2) }) else { return }
            #expect(name.isEmpty || name.count <= 128 && name[0] == 2 && name[1] == 0)
        },
        LieCase("getpeername", [52]) { host, _ in
            guard let name = value({ () throws(Errno) in try host.address(of: 3, isPeer: true, domain: 10) }) else { return }
            #expect(name.isEmpty || name.count <= 128 && name[0] == 10 && name[1] == 0)
        },
        LieCase("sendmsg", [46]) { host, _ in
            var message = LieCase.message()
            let done = value { () throws(Errno) in try host.transfer(3, &message, isSend: true, flags: 0, limit: 16) }
            if let done { #expect(done >= 0 && done <= 16) }
        },
        LieCase("recvmsg", [47]) { host, _ in
            var message = LieCase.message()
            let done = value { () throws(Errno) in try host.transfer(3, &message, isSend: false, flags: 0, limit: 16) }
            if let done { #expect(done >= 0 && done <= 16) }
            #expect(message.name.count <= 128 && message.control.count <= 256)
        },
        LieCase("receivePacket", [47]) { host, lie in
            guard let packet = value({ () throws(Errno) in try host.receivePacket(4, limit: 256) }) else { return }
            #expect(packet.bytes.count == Int(lie) && packet.bytes.count <= 256)
            #expect(packet.descriptors.count <= 12)
            for one in packet.descriptors { #expect(one >= 0 && one != Machine.memoryDescriptor) }
        },
        LieCase("sendPacket", [44]) { host, _ in host.sendPacket(4, [1, 2, 3]) },
        LieCase("writeTrace", [1]) { host, lie in
            // EINTR for ever is a host that refuses service.
            if lie == -4 { return }
            var line: [UInt8] = [1, 2, 3]
            host.writeTrace(5, &line)
        },
    ]

    private static func message() -> HostMessage {
        var message = HostMessage()
        message.name = [UInt8](repeating: 0, count: 128)
        message.control = [UInt8](repeating: 0, count: 256)
        message.add(Iovec(iov_base: 0x10000, iov_len: 16))
        return message
    }

    // MARK: calls without a value

    private static let plain: [LieCase] = [
        refused("bind", [49]) { host throws(Errno) in try host.bind(3, [2, 0]) },
        refused("connect", [42]) { host throws(Errno) in try host.connect(3, [2, 0]) },
        refused("listen", [50]) { host throws(Errno) in try host.listen(3, 1) },
        refused("shutdown", [48]) { host throws(Errno) in try host.shutdown(3, 0) },
        refused("epollControl", [233]) { host throws(Errno) in try host.epollControl(3, 1, 4, 1, 1) },
        refused("setSocketOption", [54]) { host throws(Errno) in try host.setSocketOption(3, 1, 2, [0, 0, 0, 0]) },
        LieCase("socketNumber", [16]) { host, lie in
            let number = value { () throws(Errno) in try host.socketNumber(3, 0x541b) }
            if lie != 0 { #expect(number == nil) } else if let number { #expect(number >= 0) }
        },
        refused("protect", [10]) { host throws(Errno) in try host.protect(0x10000, 4096, 1) },
        refused("advise", [28]) { host throws(Errno) in try host.advise(0x10000, 4096, 4) },
        refused("setAffinity", [203]) { host throws(Errno) in try host.setAffinity(0, [1]) },
        LieCase("statAt", [262]) { host, lie in
            guard let stat = value({ () throws(Errno) in try host.statAt(3, [0x78]) }) else { return }
            #expect(lie == 0 && stat.st_size >= 0 && stat.st_mode & FileMode.S_IFMT != 0 && stat.st_mode >> 16 == 0)
            for rest in [stat.st_atime_nsec, stat.st_mtime_nsec, stat.st_ctime_nsec] { #expect(rest < 1_000_000_000) }
            for time in [stat.st_atime, stat.st_mtime, stat.st_ctime] {
                #expect(Int64(bitPattern: time).magnitude <= 1 << 55)
            }
        },
        refused("residentPages", [27]) { host throws(Errno) in
            var vector = [UInt8](repeating: 0, count: 2)
            try host.residentPages(0x10000, 8192, into: &vector)
        },
    ]

    // MARK: changes of host mounts

    private static let changes: [LieCase] = [
        refused("truncate", [77]) { host throws(Errno) in try host.truncate(3, 5) },
        refused("sync", [74]) { host throws(Errno) in try host.sync(3) },
        refused("makeDirectory", [258]) { host throws(Errno) in try host.makeDirectory(3, [0x78], 0o755) },
        refused("unlink", [263]) { host throws(Errno) in try host.unlink(3, [0x78], isDirectory: false) },
        refused("changeMode", [452]) { host throws(Errno) in try host.changeMode(3, 0o644) },
        refused("setTimes", [280]) { host throws(Errno) in try host.setTimes(3, Timespec(), Timespec()) },
        refused("makeLink", [266]) { host throws(Errno) in try host.makeLink(3, [0x78], target: [0x79]) },
        refused("link", [265]) { host throws(Errno) in try host.link(3, [0x78], 3, [0x79]) },
        refused("rename", [316]) { host throws(Errno) in try host.rename(3, [0x78], 3, [0x79], exchange: false) },
    ]

    // MARK: statements about the machine, made plausible

    private static let statements: [LieCase] = [
        LieCase("close", [3]) { host, _ in host.close(9) },
        LieCase("streamStatus", [5]) { host, lie in
            guard let status = host.streamStatus(3) else { return }
            #expect(lie == 0 && status.st_size >= 0 && status.st_mode & FileMode.S_IFMT != 0)
        },
        LieCase("statusFlags", [72]) { host, lie in
            if let flags = host.statusFlags(3) { #expect(Int64(flags) == lie) }
        },
        LieCase("pollOne", [7]) { host, _ in
            let said = host.pollOne(3, Poll.POLLIN)
            #expect(said & ~UInt32(Poll.POLLIN | Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL) == 0)
        },
        LieCase("pollNow", [7]) { host, _ in
            let said = host.pollNow(3, PollEvents(Poll.POLLOUT))
            #expect(said & ~UInt32(Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL) == 0)
        },
        LieCase("clock", [228]) { host, _ in
            let now = host.clock(-6)
            #expect(now >= 0 && now < 1 << 61)
        },
        LieCase("clockResolution", [229]) { host, _ in
            let step = host.clockResolution(2)
            #expect(step > 0 && step < 1_000_000_000)
        },
        LieCase("usage", [98]) { host, _ in
            let usage = host.usage(0)
            for time in [usage.ru_utime, usage.ru_stime] {
                #expect(time.tv_sec >= 0 && time.tv_sec < 1 << 30 && time.tv_usec >= 0 && time.tv_usec < 1_000_000)
            }
        },
        LieCase("residentPages of a process", [17]) { host, _ in
            if let pages = host.residentPages(of: 5) { #expect(pages.shared <= pages.all && pages.all < 1 << 40) }
        },
        LieCase("currentProcessor", [309]) { host, _ in
            let place = host.currentProcessor()
            #expect(place.processor < 8192 && place.node < 1024)
        },
        LieCase("affinity", [204]) { host, _ in
            guard let mask = value({ () throws(Errno) in try host.affinity(1) }) else { return }
            #expect(!mask.isEmpty && mask.count <= 128)
        },
        LieCase("systemInformation", [99]) { host, _ in
            let info = host.systemInformation()
            #expect(info.totalram > 0 && info.freeram <= info.totalram && info.mem_unit == 1)
        },
        LieCase("yieldProcessor", [24]) { host, _ in host.yieldProcessor() },
        LieCase("populate", [28]) { host, _ in host.populate(0x10000, 4096, writable: true) },
        LieCase("discardPages", [28]) { host, lie in
            if lie == 0 { return }
            let page = KernelAddress(Machine.pagesBase + (1 << 30))
            var one: [UInt8] = [1]
            PageMemory.store(one, from: 0, 1, at: page)
            host.discardPages(page, bytes: 4096)
            PageMemory.load(page, into: &one, at: 0, 1)
            // Refused: the kernel clears the pages itself.
            #expect(one == [0])
        },
    ]

    // MARK: memory: a mapping that is refused is an errno; one elsewhere ends the enclave (LyingHostTests)

    private static func mapping(
        _ name: String, _ numbers: Set<Int64>, _ body: @escaping @Sendable (Host) throws(Errno) -> Void
    ) -> LieCase {
        LieCase(name, numbers) { host, lie in
            if lie >= 0 { return }
            #expect(value { () throws(Errno) in try body(host) } == nil, "\(name): \(lie)")
        }
    }
    private static let memory: [LieCase] = [
        mapping("mapAnonymous", [9]) { host throws(Errno) in try host.mapAnonymous(0x10000, 4096, 3) },
        mapping("mapPages", [9]) { host throws(Errno) in
            try host.mapPages(0x10000, 4096, 3, page: KernelAddress(Machine.pagesBase), isShared: true)
        },
        mapping("mapDescriptor", [9]) { host throws(Errno) in try host.mapDescriptor(0x10000, 4096, 3, 5, 0, isShared: true) },
        mapping("remap", [25]) { host throws(Errno) in try host.remap(0x10000, 4096, to: 0x20000, 4096) },
    ]

    // MARK: the supervisor

    private static let supervision: [LieCase] = [
        LieCase("ringDoorbell", [1]) { host, _ in host.ringDoorbell(5) },
        LieCase("clearDoorbell", [0]) { host, _ in host.clearDoorbell(5) },
        LieCase("clearChildSignals", [0]) { host, _ in host.clearChildSignals(5) },
        LieCase("reapChild", [61]) { host, lie in
            guard let child = host.reapChild() else { return }
            #expect(Int64(child.process) == lie && child.process > 1 && child.process <= 1 << 22)
        },
        LieCase("supervisorPoll", [271]) { host, lie in
            var entries = [PollFd(fd: 5, events: Poll.POLLIN), PollFd(fd: -1), PollFd(fd: 7, events: Poll.POLLOUT)]
            Machine.lock()
            host.supervisorPoll(&entries, 1_000_000)
            Machine.unlock()
            #expect(entries.map { $0.fd } == [5, -1, 7])
            #expect(entries.map { $0.events } == [Poll.POLLIN, 0, Poll.POLLOUT])
            for entry in entries {
                let allowed = entry.events | Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL
                #expect(entry.revents & ~allowed == 0)
                if lie < 0 || lie > 3 { #expect(entry.revents == 0) }
            }
        },
    ]
}
