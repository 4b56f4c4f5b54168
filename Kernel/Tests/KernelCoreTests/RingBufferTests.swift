// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KernelCore

@Suite struct RingBufferTests {
    private struct Refusal: Error {}

    @Test func keepsTheOrderAgainstAModel() {
        var random = SplitMix(state: 0xC101_57E2)
        var ring = RingBuffer(limit: 5000)
        var model: [UInt8] = []
        for _ in 0..<20_000 {
            let amount = Int(random.next() % 1500)
            switch random.next() % 5 {
            case 0, 1:
                let bytes = (0..<amount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                let added = ring.append(contentsOf: bytes.span)
                #expect(added == min(amount, 5000 - model.count))
                model.append(contentsOf: bytes.prefix(added))
            case 2:
                #expect(ring.read(upTo: amount) == [UInt8](model.prefix(amount)))
                model.removeFirst(min(amount, model.count))
            case 3:
                let dropped = min(amount / 8, model.count)
                ring.removeLast(dropped)
                model.removeLast(dropped)
            default:
                let added = ring.append(7)
                #expect(added == (model.count < 5000))
                if added { model.append(7) }
            }
            #expect(ring.count == model.count && ring.freeCount == 5000 - model.count)
            if let last = model.last { #expect(ring[model.count - 1] == last) }
        }
    }

    @Test func anErrorIsPassedOnOnlyWhenNothingMoved() throws {
        var ring = RingBuffer(limit: 256)
        _ = ring.append(contentsOf: [UInt8](repeating: 1, count: 200).span)
        ring.removeFirst(150)
        _ = ring.append(contentsOf: [UInt8](repeating: 2, count: 150).span)
        var runs = 0
        let taken = try ring.consume(upTo: 200) { run throws(Refusal) in
            runs += 1
            if runs == 2 { throw Refusal() }
            return run.count
        }
        #expect(taken == 106 && ring.count == 94)
        #expect(throws: Refusal.self) { try ring.consume(upTo: 10) { _ throws(Refusal) in throw Refusal() } }
        #expect(throws: Refusal.self) { try ring.produce(upTo: 10) { _ throws(Refusal) in throw Refusal() } }
        #expect(ring.count == 94)
    }

    @Test func aShortFillEndsTheCall() {
        var ring = RingBuffer(limit: 100)
        let added = ring.produce(upTo: 1000) { room in
            room[0] = 9
            return 1
        }
        #expect(added == 1 && ring.read(upTo: 10) == [9])
    }

    @Test func theLimitNeverCutsWhatIsHeld() {
        var ring = RingBuffer(limit: 10)
        _ = ring.append(contentsOf: [1, 2, 3].span)
        #expect(ring.setLimit(2) == false)
        #expect(ring.setLimit(3) == true && ring.isFull)
    }
}

struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
