// SPDX-License-Identifier: Apache-2.0
// What `cloister run --stats` and `--json` print when the enclave has ended.
internal import Encodings
import Formats
import Image
import Launch

struct RunReport {
    let request: EnclaveRequest
    let backend: PlatformOptions.Backend
    let outcome: RunOutcome
    let isQuiet: Bool

    func print(asJSON: Bool, counts: Bool) {
        if asJSON { return Report.line(json.description) }
        if counts { printCounts() }
    }

    var json: JSON {
        let end: (String, JSON) =
            switch outcome.end {
            case .exited(let code): ("exit_code", .integer(Int64(code)))
            case .signalled(let signal): ("signal", .string(Signals.name(signal)))
            }
        return .object(
            end, ("elapsed_us", .integer(outcome.elapsedMicroseconds)), ("identity", identity),
            ("insecure", .strings(request.insecureOptions)), ("quiet", .bool(isQuiet)),
            ("statistics", outcome.statistics ?? .null))
    }

    private var identity: JSON {
        guard case .image(let image) = request.root else { return .object(("backend", .string(backend.rawValue))) }
        return .object(
            ("backend", .string(backend.rawValue)), ("measurement", .string(Hex.encode(image.measurement))),
            ("signer", .string(Hex.encode(image.signer.bytes))))
    }

    private func printCounts() {
        guard case .object(let members)? = outcome.statistics else {
            return Report.line("cloister: no counts: the kernel ended before it wrote them")
        }
        for member in members { Report.line("cloister: \(member.name.replacingUnderscores): \(member.value)") }
        Report.line("cloister: elapsed ms: \(Double(outcome.elapsedMicroseconds / 10) / 100)")
    }
}

extension String {
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
