// SPDX-License-Identifier: Apache-2.0
// Evidence through Linux's configfs-tsm, on a tree in a temporary folder in which the test plays the driver.
import Formats
import Foundation
import Launch
import RecordedEvidence
import Testing

@testable import PlatformService

/// The real file operations, with what a driver does in between.
private final class Driver: TSMTree {
    let files: TSMFiles
    var provider = "tdx_guest\n"
    var report: [UInt8]
    var auxiliary: [UInt8]?
    /// Added to the generation beside the driver's own 1.
    var strangers = 0
    private(set) var removed: [String] = []
    private(set) var inputs: [[UInt8]] = []

    init(_ folder: String, _ report: [UInt8]) {
        files = TSMFiles(folder: folder)
        self.report = report
    }

    private func put(_ bytes: [UInt8], _ attribute: String, _ entry: String) {
        _ = FileManager.default.createFile(atPath: "\(files.folder)/\(entry)/\(attribute)", contents: Data(bytes))
    }
    func makeEntry(_ name: String) throws(BackendError) {
        try files.makeEntry(name)
        put([], "inblob", name)
        put(Array("41\n".utf8), "generation", name)
        put(Array(provider.utf8), "provider", name)
    }
    func removeEntry(_ name: String) {
        removed.append(name)
        // configfs removes the attributes with their folder.
        for file in (try? System.list("\(files.folder)/\(name)")) ?? [] { try? System.remove("\(files.folder)/\(name)/\(file)") }
        files.removeEntry(name)
    }
    func write(_ bytes: [UInt8], to attribute: String, of entry: String) throws(BackendError) {
        try files.write(bytes, to: attribute, of: entry)
        inputs.append(bytes)
        put(Array("\(42 + strangers)\n".utf8), "generation", entry)
        put(report, "outblob", entry)
        if let auxiliary { put(auxiliary, "auxblob", entry) }
    }
    func read(_ attribute: String, of entry: String, limit: Int) throws(BackendError) -> [UInt8]? {
        try files.read(attribute, of: entry, limit: limit)
    }
}

private let identity = EvidenceIdentity(
    measurement: [UInt8](repeating: 1, count: 48), signer: [UInt8](repeating: 0, count: 32), productID: 0, securityVersion: 0,
    isDebug: false)

@Suite("Evidence through configfs-tsm")
struct TSMBackendTests {
    private func withDriver(_ report: [UInt8], _ body: (Driver) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "cloister-tsm-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let driver = Driver(folder, report)
        try body(driver)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty, "a request is left")
    }

    private func ask(_ driver: Driver, _ format: EvidenceFormat?, _ data: [UInt8]) throws(BackendError) -> PlatformEvidence {
        var backend = TSMBackend(driver, prefix: "cloister-test")
        guard case .evidence(let evidence) = try backend.evidence(format, identity, reportData: data) else {
            throw BackendError(.failure, "another answer")
        }
        return evidence
    }

    @Test(arguments: [
        ("dcap-qvl/tdx-v4-uptodate.bin", 48 + 520), ("automata/tdx-v4-gcp-8000b.bin", 48 + 520), ("trustee/tdx-v5-body3.bin", 54 + 520),
    ]) func `a recorded quote of TDX comes through as it is`(name: String, offset: Int) throws {
        let quote = try RecordedEvidence.bytes(name)
        let data = Array(quote[offset..<offset + 64])
        try withDriver(quote) { driver in
            for format: EvidenceFormat? in [nil, .tdx] {
                let evidence = try ask(driver, format, data)
                #expect(evidence == PlatformEvidence(format: .tdx, bytes: quote))
            }
            #expect(driver.inputs == [data, data] && driver.removed == ["cloister-test-1", "cloister-test-1"])
        }
    }

    @Test(arguments: ["trustee/milan-v2.report.bin", "trustee/genoa-v3-azure.report.bin", "trustee/milan-v3-vlek-aws.report.bin"])
    func `a recorded report of SNP comes with its certificates`(name: String) throws {
        let report = try RecordedEvidence.bytes(name)
        try withDriver(report) { driver in
            driver.provider = "sev_guest\n"
            driver.auxiliary = [9, 8, 7]
            let evidence = try ask(driver, nil, Array(report[0x50..<0x90]))
            #expect(evidence == PlatformEvidence(format: .snp, bytes: report, auxiliary: [9, 8, 7]))
        }
    }

    private func expect(_ code: BackendError.Code, _ driver: Driver, _ format: EvidenceFormat? = nil, _ data: [UInt8]) {
        let error = #expect(throws: BackendError.self) { _ = try ask(driver, format, data) }
        #expect(error?.code == code, "\(error?.message ?? "")")
    }

    @Test func `what does not fit is refused`() throws {
        let quote = try RecordedEvidence.bytes("dcap-qvl/tdx-v4-uptodate.bin")
        let data = Array(quote[568..<632])
        try withDriver(quote) { driver in
            // For other data: a report that was replayed.
            expect(.failure, driver, nil, [UInt8](repeating: 1, count: 64))
            expect(.notSupported, driver, .snp, data)
            expect(.notSupported, driver, .sgx, data)
            driver.strangers = 1
            expect(.busy, driver, nil, data)
            driver.strangers = 0
            for provider in ["", "vtpm\n", "tdx_guest2"] {
                driver.provider = provider
                expect(.notSupported, driver, nil, data)
            }
            driver.provider = "tdx_guest\n"
            for length in [0, 1, 100, 631] {
                driver.report = Array(quote.prefix(length))
                expect(.failure, driver, nil, data)
            }
            driver.report = [UInt8](repeating: 4, count: 100_000)
            expect(.failure, driver, nil, data)
        }
    }

    @Test func `without configfs-tsm there is no evidence, and never a key`() throws {
        var backend = TSMBackend(TSMFiles(folder: "/nonexistent/tsm"), prefix: "x")
        let error = #expect(throws: BackendError.self) { _ = try backend.evidence(nil, identity, reportData: [UInt8](0..<64)) }
        #expect(error?.code == .notSupported)
        let key = #expect(throws: BackendError.self) { _ = try backend.sealKey(.signer, identity, securityVersion: 0, label: []) }
        #expect(key?.code == .notSupported)
    }
}
