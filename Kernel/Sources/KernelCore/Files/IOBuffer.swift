// SPDX-License-Identifier: Apache-2.0
//
// The memory one read or write works on: guest memory (one range or an iovec), or a kernel array (sendfile, loader, tests).

import LinuxABI
import Machine

public struct IOBuffer {
    private var address: UInt64
    private var left: Int
    private var rest: [Iovec]
    private var nextSegment = 0
    /// Bytes not yet transferred, over all segments.
    public private(set) var remaining: Int
    private let isKernel: Bool
    /// The bytes of a kernel buffer: filled by `put`, consumed by `take`.
    public private(set) var bytes: [UInt8] = []
    private var position = 0

    /// One guest range. Linux caps a transfer at 0x7ffff000 bytes.
    @inline(__always)
    public init(address: UInt64, count: UInt64) throws(Errno) {
        guard UserMemory.isValid(address, count) else { throw .EFAULT }
        self.address = address
        left = Int(min(count, 0x7fff_f000))
        remaining = left
        rest = []
        isKernel = false
    }

    /// An iovec, already read from the guest.
    public init(_ segments: [Iovec]) throws(Errno) {
        address = 0
        left = 0
        var total = 0
        for segment in segments {
            guard segment.iov_len <= UInt64(Int.max) else { throw .EINVAL }
            guard UserMemory.isValid(segment.iov_base, segment.iov_len) else { throw .EFAULT }
            let (sum, overflow) = total.addingReportingOverflow(Int(segment.iov_len))
            guard !overflow else { throw .EINVAL }
            total = sum
        }
        remaining = min(total, 0x7fff_f000)
        rest = segments
        isKernel = false
    }

    /// An empty kernel buffer that takes up to `capacity` bytes.
    public init(kernelCapacity capacity: Int) {
        address = 0
        left = capacity
        remaining = capacity
        rest = []
        isKernel = true
        bytes.reserveCapacity(min(capacity, 65536))
    }

    /// A kernel buffer to be read from.
    public init(kernelBytes: [UInt8]) {
        address = 0
        left = kernelBytes.count
        remaining = left
        rest = []
        isKernel = true
        bytes = kernelBytes
    }

    public var isEmpty: Bool { remaining == 0 }

    /// The largest next piece, at most `limit`; moves to the next segment when one is used up.
    private mutating func piece(_ limit: Int) -> Int {
        while left == 0 && nextSegment < rest.count {
            address = rest[nextSegment].iov_base
            left = Int(rest[nextSegment].iov_len)
            nextSegment += 1
        }
        return min(limit, min(left, remaining))
    }
    private mutating func advance(_ count: Int) {
        address &+= UInt64(count)
        left -= count
        remaining -= count
    }

    /// Copies page memory into the buffer. Throws EFAULT only when nothing was copied.
    public mutating func put(from page: KernelAddress, _ count: Int) throws(Errno) -> Int {
        var done = 0
        while done < count {
            let n = piece(count - done)
            if n == 0 { break }
            if isKernel {
                let offset = bytes.count
                bytes.append(contentsOf: repeatElement(0, count: n))
                PageMemory.load(page.advanced(by: done), into: &bytes, at: offset, n)
                advance(n)
                done += n
                continue
            }
            let copied = UserMemory.write(from: page.advanced(by: done), n, to: address)
            advance(copied)
            done += copied
            if copied < n {
                if done == 0 { throw .EFAULT }
                break
            }
        }
        return done
    }

    /// Copies the buffer into page memory. Throws EFAULT only when nothing was copied.
    public mutating func take(to page: KernelAddress, _ count: Int) throws(Errno) -> Int {
        var done = 0
        while done < count {
            let n = piece(count - done)
            if n == 0 { break }
            if isKernel {
                PageMemory.store(bytes, from: position, n, at: page.advanced(by: done))
                position += n
                advance(n)
                done += n
                continue
            }
            let copied = UserMemory.read(address, n, to: page.advanced(by: done))
            advance(copied)
            done += copied
            if copied < n {
                if done == 0 { throw .EFAULT }
                break
            }
        }
        return done
    }

    /// Copies `count` bytes of an array, from `offset`, into the buffer; all or (at a fault) fewer.
    public mutating func put(_ source: [UInt8], from offset: Int, _ count: Int) throws(Errno) -> Int {
        var done = 0
        while done < count {
            let n = piece(count - done)
            if n == 0 { break }
            if isKernel {
                bytes.append(contentsOf: source[(offset + done)..<(offset + done + n)])
            } else {
                do {
                    try UserMemory.writeBytes(source, from: offset + done, n, to: address)
                } catch {
                    if done == 0 { throw error }
                    break
                }
            }
            advance(n)
            done += n
        }
        return done
    }
    public mutating func put(_ source: [UInt8]) throws(Errno) -> Int { try put(source, from: 0, source.count) }

    /// Takes up to `count` bytes of the buffer into an array at `offset` (which has room).
    public mutating func take(into target: inout [UInt8], at offset: Int, _ count: Int) throws(Errno) -> Int {
        var done = 0
        while done < count {
            let n = piece(count - done)
            if n == 0 { break }
            if isKernel {
                for i in 0..<n { target[offset + done + i] = bytes[position + i] }
                position += n
            } else {
                do {
                    try UserMemory.readBytes(address, into: &target, at: offset + done, n)
                } catch {
                    if done == 0 { throw error }
                    break
                }
            }
            advance(n)
            done += n
        }
        return done
    }
    public mutating func takeBytes(_ count: Int) throws(Errno) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: min(count, remaining))
        let n = try take(into: &result, at: 0, result.count)
        if n < result.count { result.removeLast(result.count - n) }
        return result
    }

    public mutating func putZeros(_ count: Int) throws(Errno) -> Int {
        var done = 0
        while done < count {
            let n = piece(count - done)
            if n == 0 { break }
            if isKernel {
                bytes.append(contentsOf: repeatElement(0, count: n))
            } else {
                do { try UserMemory.zero(address, n) } catch {
                    if done == 0 { throw error }
                    break
                }
            }
            advance(n)
            done += n
        }
        return done
    }

    /// Fills with random bytes; EFAULT only when there was room for none.
    public mutating func putRandom(_ count: Int) throws(Errno) -> Int {
        var done = 0
        while done < count {
            let n = piece(count - done)
            if n == 0 { break }
            var written = n
            if isKernel {
                bytes.append(contentsOf: RandomBytes.make(n))
            } else {
                written = UserMemory.writeRandom(n, to: address)
            }
            advance(written)
            done += written
            if written < n {
                if done == 0 { throw .EFAULT }
                break
            }
        }
        return done
    }

    /// Transfers at most `count` more bytes.
    public mutating func limit(_ count: Int) { remaining = min(remaining, max(count, 0)) }

    /// Passes over `count` bytes, of what is to be read.
    public mutating func skip(_ count: Int) {
        var rest = min(count, remaining)
        while rest > 0 {
            let n = piece(rest)
            if n == 0 { break }
            if isKernel { position += n }
            advance(n)
            rest -= n
        }
    }

    /// Drops what is left (a sink).
    public mutating func discard() -> Int {
        let n = remaining
        remaining = 0
        return n
    }

    /// The next contiguous guest range, for a host call that works on it directly; nil for kernel buffers or at the end.
    public mutating func nextGuestRange() -> (address: UInt64, count: Int)? {
        if isKernel { return nil }
        let n = piece(remaining)
        return n == 0 ? nil : (address, n)
    }
    /// All that is left as guest ranges, for one host call over them; nil for kernel buffers. At most `limit` ranges.
    public func guestRanges(limit: Int) -> [Iovec]? {
        if isKernel { return nil }
        var ranges: [Iovec] = []
        var total = min(left, remaining)
        if total > 0 { ranges.append(Iovec(iov_base: address, iov_len: UInt64(total))) }
        var index = nextSegment
        while total < remaining && index < rest.count && ranges.count < limit {
            let count = min(Int(rest[index].iov_len), remaining - total)
            if count > 0 { ranges.append(Iovec(iov_base: rest[index].iov_base, iov_len: UInt64(count))) }
            total += count
            index += 1
        }
        return ranges
    }
    /// Counts `count` bytes, over several ranges, as transferred by the host.
    public mutating func consumeAcross(_ count: Int) {
        var rest = count
        while rest > 0, let range = nextGuestRange() {
            let n = min(rest, range.count)
            consume(n)
            rest -= n
        }
    }
    /// Counts `count` bytes of the range from `nextGuestRange` as transferred.
    public mutating func consume(_ count: Int) { advance(min(max(count, 0), min(left, remaining))) }
}
