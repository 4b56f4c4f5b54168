// SPDX-License-Identifier: Apache-2.0
// The measured boot of a TD: a TCG crypto-agile event log (the CCEL table), replayed against the RTMRs of the quote.

internal import Crypto
internal import Encodings

struct EventLog: Sendable {
    struct Event: Sendable {
        /// 1 to 4 extend RTMR0 to RTMR3; 0 belongs to MRTD.
        let register: UInt32
        let type: UInt32
        let digest: ArraySlice<UInt8>
        let data: ArraySlice<UInt8>
    }

    private(set) var events: [Event] = []

    private static let noAction: UInt32 = 3
    private static let sha384: UInt16 = 0x000C
    private static let endMark: UInt32 = 0xFFFF_FFFF

    /// Reads up to the end mark or the end of the bytes; every event must have a SHA-384 digest.
    init(_ bytes: [UInt8]) throws(Malformed) {
        var reader = ByteReader(bytes)
        let digestSizes = try Self.header(&reader)
        while reader.rest.count >= 4, reader.rest.uint32(at: 0) != Self.endMark {
            let register = try reader.uint32("event")
            let type = try reader.uint32("event")
            let count = try reader.uint32("event")
            guard count <= digestSizes.count else { throw Malformed("event", "it has \(count) digests, the log announces \(digestSizes.count)") }
            var digest: ArraySlice<UInt8>?
            for _ in 0..<count {
                let algorithm = try reader.uint16("digest")
                guard let size = digestSizes[algorithm] else { throw Malformed("digest", "algorithm \(algorithm) is not announced") }
                let value = try reader.take(size, "digest")
                if algorithm == Self.sha384 { digest = value }
            }
            let data = try reader.counted32("event data")
            guard let digest else { throw Malformed("event", "it has no SHA-384 digest") }
            // The sizes of an event are at least 16 bytes: the count of events is bounded by the size of the log.
            events.append(Event(register: register, type: type, digest: digest, data: data))
        }
    }

    /// The first event, in the old layout, names the algorithms and the sizes of their digests.
    private static func header(_ reader: inout ByteReader) throws(Malformed) -> [UInt16: Int] {
        _ = try reader.take(4, "header")
        guard try reader.uint32("header") == noAction else { throw Malformed("header", "the first event is not the one that names the format") }
        _ = try reader.take(20, "header")
        var content = ByteReader(try reader.counted32("header"))
        guard try content.take(16, "header").elementsEqual(Array("Spec ID Event03\0".utf8)) else {
            throw Malformed("header", "it is not a crypto-agile log (Spec ID Event03)")
        }
        _ = try content.take(8, "header")
        let count = try content.uint32("algorithms")
        guard (1...16).contains(count) else { throw Malformed("algorithms", "\(count) are announced") }
        var sizes: [UInt16: Int] = [:]
        for _ in 0..<count { sizes[try content.uint16("algorithms")] = Int(try content.uint16("algorithms")) }
        guard sizes[sha384] == 48 else { throw Malformed("algorithms", "SHA-384 is not among them") }
        return sizes
    }

    /// RTMR0 to RTMR3 as they are after all events; nil for those that no event extends.
    func replayed() -> [[UInt8]?] {
        var registers = [[UInt8]?](repeating: nil, count: 4)
        for event in events where event.type != Self.noAction && (1...4).contains(event.register) {
            let index = Int(event.register) - 1
            var hash = SHA384()
            hash.update(data: registers[index] ?? [UInt8](repeating: 0, count: 48))
            hash.update(data: event.digest)
            registers[index] = Array(hash.finalize())
        }
        return registers
    }

    /// The log as claims, or the registers that it does not reproduce.
    func compare(with body: TDReportBody) -> (claims: EventLogClaims, mismatches: [Int]) {
        var reproduced: [Int] = [], mismatches: [Int] = []
        for (index, value) in replayed().enumerated() {
            let quoted = body.rtmr(index)
            if let value {
                if quoted.elementsEqual(value) { reproduced.append(index) } else { mismatches.append(index) }
            } else if quoted.isZero {
                reproduced.append(index)
            }
        }
        let measured = events.filter { $0.type != Self.noAction && (1...4).contains($0.register) }
            .map { event in
                MeasuredEvent(
                    register: Int(event.register) - 1, type: event.type, digest: Hex.encode(event.digest), text: Self.provenText(event))
            }
        return (EventLogClaims(eventCount: events.count, registers: reproduced, events: measured), mismatches)
    }

    /// The data as text only when the digest is over just that text: a log's data is not measured by itself.
    private static func provenText(_ event: Event) -> String? {
        var data = event.data
        if data.last == 0 { data = data.dropLast() }
        guard !data.isEmpty, data.count <= 4_096, data.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
        var candidates = [event.data, data]
        // GRUB writes a kind before the text that it measures.
        if let colon = data.firstIndex(of: 0x3A), data[colon...].dropFirst().first == 0x20 { candidates.append(data[(colon + 2)...]) }
        guard let proven = candidates.first(where: { event.digest.elementsEqual(SHA384.hash(data: $0)) }) else { return nil }
        return String(decoding: proven.last == 0 ? proven.dropLast() : proven, as: UTF8.self)
    }
}
