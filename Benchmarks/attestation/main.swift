// SPDX-License-Identifier: Apache-2.0
// CPU time of one verification, for each kind of evidence: prints `name milliseconds` lines. run.py beside it compares and judges.

import Attestation
import Foundation
import Glibc

struct Subject {
    let name: String
    let evidence: String
    var collateral: String?
    var certificate: String?
    let now: Int64
    /// A new verifier each time: nothing has been seen before.
    var isFirst = false
}

let subjects = [
    Subject(
        name: "sgx-v3", evidence: "dcap-qvl/sgx-v3-processorca.bin", collateral: "collateral/sgx-00a067110000-20250619-ev17.json",
        now: 1_751_624_924),
    Subject(
        name: "tdx-v4", evidence: "dcap-qvl/tdx-v4-uptodate.bin", collateral: "collateral/tdx-b0c06f000000-20250619-ev17.json", now: 1_751_624_191),
    Subject(
        name: "tdx-v5", evidence: "go-tdx-guest/tdx-v5-uptodate.bin", collateral: "collateral/tdx-90c06f000000-20260218-ev18-2.json",
        now: 1_771_980_350),
    Subject(
        name: "tdx-v4-first", evidence: "dcap-qvl/tdx-v4-uptodate.bin", collateral: "collateral/tdx-b0c06f000000-20250619-ev17.json",
        now: 1_751_624_191, isFirst: true),
    Subject(name: "snp", evidence: "trustee/genoa-v3-azure.report.bin", certificate: "trustee/genoa-v3-azure.vek.der", now: 1_740_000_000),
    Subject(
        name: "snp-first", evidence: "trustee/genoa-v3-azure.report.bin", certificate: "trustee/genoa-v3-azure.vek.der", now: 1_740_000_000,
        isFirst: true),
]

/// Milliseconds of CPU for one call, measured over about `seconds`.
func cost(_ subject: Subject, folder: String, seconds: Double) throws -> Double {
    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))) }
    let evidence = try bytes(subject.evidence)
    let collateral = try subject.collateral.map { try JSONDecoder().decode(Collateral.self, from: Data(try bytes($0))) }
    let certificates = try subject.certificate.map { [try bytes($0)] } ?? []
    let verifier = Verifier()
    let prepared = collateral.map(verifier.prepare)

    func once() -> Bool {
        let result =
            subject.isFirst
            ? Verifier().verify(evidence, collateral: collateral, certificates: certificates, now: subject.now)
            : verifier.verify(evidence, prepared: prepared, certificates: certificates, now: subject.now)
        return result.verdict == .valid
    }
    guard once() else { throw Refused(name: subject.name) }
    var rounds = 0
    let start = clock()
    while Double(clock() - start) < seconds * Double(CLOCKS_PER_SEC) {
        for _ in 0..<20 where !once() { throw Refused(name: subject.name) }
        rounds += 20
    }
    return Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1_000 / Double(rounds)
}

struct Refused: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name) was refused" }
}

let words = CommandLine.arguments.dropFirst()
guard let folder = words.first, let seconds = words.dropFirst().first.flatMap(Double.init) else {
    FileHandle.standardError.write(Data("usage: attestation-benchmark FIXTURES SECONDS\n".utf8))
    exit(2)
}
for subject in subjects {
    do {
        print(subject.name, try cost(subject, folder: folder, seconds: seconds))
    } catch {
        FileHandle.standardError.write(Data("attestation-benchmark: \(error)\n".utf8))
        exit(1)
    }
}
