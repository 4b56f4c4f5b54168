// SPDX-License-Identifier: Apache-2.0
//
// What programs see of evidence: /dev/attestation, /dev/sgx and the tree of configfs-tsm.

import Formats
import Glibc
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

/// A source that has its answer at once: what programs see of it.
private final class ReadySource: EvidenceSource {
    var state: PlatformExchange.State
    var asked: [PlatformRequest.Body] = []
    init(_ state: PlatformExchange.State) {
        self.state = state
        super.init(.simulated)
    }
    override func begin(_ body: PlatformRequest.Body) throws(Errno) -> PlatformExchange {
        asked.append(body)
        let exchange = PlatformExchange(1)
        exchange.end(state)
        return exchange
    }
}

/// The files of a kernel whose platform answers at once.
private struct Files {
    static let room: UInt64 = 0x10_0000
    let test: TestKernel
    let source: ReadySource

    init(_ body: PlatformReply.Body) {
        source = ReadySource(.answered(body))
        test = TestKernel(evidence: source)
        test.map(Files.room, 0x8000)
    }

    private func path(_ path: String) -> UInt64 {
        test.put(Array(path.utf8) + [0], at: Files.room)
        return Files.room
    }
    func open(_ name: String, _ flags: UInt64 = 0) -> Int64 { test.call(2, path(name), flags, 0o600) }
    func makeDirectory(_ name: String) -> Int64 { test.call(83, path(name), 0o755) }
    func removeDirectory(_ name: String) -> Int64 { test.call(84, path(name)) }

    /// The result of one write to a file.
    func write(_ name: String, _ bytes: [UInt8], _ flags: UInt64 = 1) -> Int64 {
        let file = open(name, flags)
        if file < 0 { return file }
        test.put(bytes, at: Files.room + 0x1000)
        let result = test.call(1, UInt64(bitPattern: file), Files.room + 0x1000, UInt64(bytes.count))
        test.call(3, UInt64(bitPattern: file))
        return result
    }

    /// The bytes of one read, or the error.
    func read(_ name: String) -> (bytes: [UInt8], result: Int64) {
        let file = open(name)
        if file < 0 { return ([], file) }
        let count = test.call(0, UInt64(bitPattern: file), Files.room + 0x2000, 0x4000)
        test.call(3, UInt64(bitPattern: file))
        guard count > 0, let bytes = value({ () throws(Errno) in try UserMemory.readBytes(Files.room + 0x2000, Int(count)) }) else {
            return ([], count)
        }
        return (bytes, count)
    }

    func ioctl(_ file: Int64, _ command: UInt32, _ argument: UInt64) -> Int64 {
        test.call(16, UInt64(bitPattern: file), UInt64(command), argument)
    }
}

@Suite("What programs see of evidence", .serialized)
struct EvidenceFilesTests {
    private static let quote = PlatformReply.Body.evidence(PlatformEvidence(format: .sgx, bytes: [7, 8, 9], collateral: [4, 5]))
    private static let domain = PlatformEvidence(format: .tdx, bytes: [1, 2, 3, 4], auxiliary: [5])
    private static let key = PlatformReply.Body.key([UInt8](0..<32))
    private static let zeros = [UInt8](repeating: 0, count: 64)

    @Test func `a quote carries what was written`() async {
        await #expect(processExitsWith: .success) {
            let files = Files(EvidenceFilesTests.quote)
            precondition(files.read("/dev/attestation/attestation_type").bytes == Array("dcap".utf8))
            precondition(files.read("/dev/attestation/user_report_data").bytes == EvidenceFilesTests.zeros)
            precondition(files.write("/dev/attestation/user_report_data", [1, 2, 3]) == 3)
            precondition(files.write("/dev/attestation/user_report_data", [UInt8](repeating: 1, count: 65)) == -22)
            precondition(files.write("/dev/attestation/quote", [1]) == -13)
            precondition(files.read("/dev/attestation/quote").bytes == [7, 8, 9])
            precondition(files.read("/dev/attestation/collateral").bytes == [4, 5])
            let asked = PlatformRequest.Body.evidence(format: .sgx, reportData: [1, 2, 3] + EvidenceFilesTests.zeros[3...])
            precondition(files.source.asked == [asked, asked])
        }
    }

    @Test func `an answer of another kind and a failure are errors`() async {
        await #expect(processExitsWith: .success) {
            let files = Files(.evidence(EvidenceFilesTests.domain))
            precondition(files.read("/dev/attestation/quote").result == -5)
            files.source.state = .answered(EvidenceFilesTests.key)
            precondition(files.read("/dev/attestation/quote").result == -5)
            precondition(files.read("/dev/attestation/report").result == -5)
            files.source.state = .failed(.ETIMEDOUT)
            precondition(files.read("/dev/attestation/quote").result == -110)
            kernel.evidence = nil
            precondition(files.read("/dev/attestation/quote").result == -19)
        }
    }

    @Test func `a local report is for whom was written`() async {
        await #expect(processExitsWith: .success) {
            let report = [UInt8](repeating: 3, count: PlatformProtocol.localReportSize)
            let files = Files(.localReport(report))
            let own = files.read("/dev/attestation/my_target_info").bytes
            precondition(own.count == 512 && Array(own[..<32]) == Hashing.sha256([UInt8](repeating: 0, count: 48)))
            precondition(files.write("/dev/attestation/target_info", own) == 512)
            precondition(files.read("/dev/attestation/target_info").bytes == own)
            precondition(files.read("/dev/attestation/report").bytes == report)
            precondition(files.source.asked == [.localReport(targetInfo: own, reportData: EvidenceFilesTests.zeros)])
        }
    }

    @Test func `sealing keys have 128 bits, and other keys are what was put there`() async {
        await #expect(processExitsWith: .success) {
            let files = Files(EvidenceFilesTests.key)
            let folder = "/dev/attestation/keys/"
            precondition(files.read(folder + "_sgx_mrenclave").bytes == [UInt8](0..<16))
            precondition(files.read(folder + "_sgx_mrsigner").bytes == [UInt8](0..<16))
            let label = Array("attestation keys".utf8)
            precondition(
                files.source.asked == [
                    .sealKey(policy: .measurement, securityVersion: 0, label: label),
                    .sealKey(policy: .signer, securityVersion: 0, label: label),
                ])
            precondition(files.write(folder + "_sgx_mrsigner", [1]) == -13)
            precondition(files.read(folder + "default").result == -2)
            precondition(files.write(folder + "default", [1, 2], 0o101) == -22)
            precondition(files.read(folder + "default").result == -61)
            precondition(files.write(folder + "default", [UInt8](50..<66)) == 16)
            precondition(files.read(folder + "default").bytes == [UInt8](50..<66))
            precondition(files.open(folder + "_new", 0o101) == -1)
            files.source.state = .failed(.EPERM)
            precondition(files.read(folder + "_sgx_mrsigner").result == -1)
            files.source.state = .answered(EvidenceFilesTests.key)
            precondition(files.read(folder + "_cloister_signer_0").bytes == [UInt8](0..<32))
            // Of a later version than the enclave's own: the kernel does not even ask.
            let asked = files.source.asked.count
            precondition(files.read(folder + "_cloister_signer_1").result == -1)
            precondition(files.read(folder + "_cloister_signer_65536").result == -2)
            precondition(files.read(folder + "_cloister_signer_01").result == -2)
            precondition(files.read(folder + "_cloister_signer_").result == -2)
            precondition(files.source.asked.count == asked)
        }
    }

    @Test func `the device gives quotes into the program's buffer`() async {
        await #expect(processExitsWith: .success) {
            let files = Files(EvidenceFilesTests.quote)
            let file = files.open("/dev/sgx")
            precondition(file >= 0)
            let (size, argument, data, buffer) = (Files.room + 0x1000, Files.room + 0x1100, Files.room + 0x1200, Files.room + 0x1300)
            func word(_ address: UInt64) -> UInt32? { value { () throws(Errno) in try UserMemory.read(address, UInt32.self) } }
            func put(_ words: [UInt64], at address: UInt64) {
                var bytes: [UInt8] = []
                for word in words { bytes.append(littleEndian: word) }
                files.test.put(bytes, at: address)
            }
            precondition(files.ioctl(file, Ioctl.SGXIOC_GET_DCAP_QUOTE_SIZE, size) == 0 && word(size) == 8192)
            files.test.put([UInt8](repeating: 4, count: 64), at: data)
            put([data, size, buffer], at: argument)
            precondition(files.ioctl(file, Ioctl.SGXIOC_GEN_DCAP_QUOTE, argument) == 0)
            precondition(word(size) == 3 && word(buffer) == 0x0009_0807)
            precondition(files.source.asked == [.evidence(format: .sgx, reportData: [UInt8](repeating: 4, count: 64))])
            put([2], at: size)
            precondition(files.ioctl(file, Ioctl.SGXIOC_GEN_DCAP_QUOTE, argument) == -22)
            for part in 0..<3 {
                var words = [data, size, buffer]
                put([8192], at: size)
                words[part] = 8
                put(words, at: argument)
                precondition(files.ioctl(file, Ioctl.SGXIOC_GEN_DCAP_QUOTE, argument) == -14)
            }
            precondition(files.ioctl(file, Ioctl.SGXIOC_GEN_DCAP_QUOTE, 8) == -14)
            precondition(files.ioctl(file, Ioctl.SGXIOC_GET_DCAP_QUOTE_SIZE, 8) == -14)
            precondition(files.ioctl(file, 0x8004_7306, size) == -25)
        }
    }

    @Test func `a request of configfs is a folder`() async {
        await #expect(processExitsWith: .success) {
            let files = Files(.evidence(EvidenceFilesTests.domain))
            let tree = "/sys/kernel/config/tsm/report"
            precondition(files.makeDirectory(tree + "/a") == 0)
            precondition(files.makeDirectory(tree + "/a") == -17)
            precondition(files.makeDirectory("/sys/kernel/config/b") == -2)
            precondition(files.open(tree + "/file", 0o101) == -1)
            precondition(files.read(tree + "/a/provider").bytes == Array("tdx_guest\n".utf8))
            precondition(files.read(tree + "/a/generation").bytes == Array("0\n".utf8))
            precondition(files.read(tree + "/a/outblob").result == -22)
            precondition(files.write(tree + "/a/inblob", [UInt8](repeating: 1, count: 65)) == -22)
            precondition(files.write(tree + "/a/inblob", [UInt8](repeating: 1, count: 63)) == 63)
            precondition(files.read(tree + "/a/outblob").result == -22)
            precondition(files.source.asked.isEmpty)
            precondition(files.write(tree + "/a/inblob", [UInt8](repeating: 1, count: 64)) == 64)
            precondition(files.read(tree + "/a/generation").bytes == Array("2\n".utf8))
            precondition(files.read(tree + "/a/outblob").bytes == [1, 2, 3, 4])
            precondition(files.read(tree + "/a/auxblob").bytes == [5])
            // Asked once, until other data is written.
            precondition(files.source.asked == [.evidence(format: .tdx, reportData: [UInt8](repeating: 1, count: 64))])
            precondition(files.write(tree + "/a/inblob", [UInt8](repeating: 2, count: 64)) == 64)
            precondition(files.read(tree + "/a/outblob").bytes == [1, 2, 3, 4] && files.source.asked.count == 2)
            files.source.state = .failed(.EBUSY)
            precondition(files.makeDirectory(tree + "/b") == 0)
            precondition(files.write(tree + "/b/inblob", [UInt8](repeating: 2, count: 64)) == 64)
            precondition(files.read(tree + "/b/outblob").result == -16)
            precondition(files.removeDirectory(tree + "/a") == 0)
            precondition(files.read(tree + "/a/provider").result == -2)
            precondition(files.removeDirectory(tree + "/a") == -2)
        }
    }
}
