// SPDX-License-Identifier: Apache-2.0
//
// The table of system calls as data, and the one place where an error becomes a negative result.

import LinuxABI
import Machine

/// One call in progress: who calls, with which registers.
public struct Call {
    public let thread: Thread
    public let registers: Registers
    @inline(__always) public init(thread: Thread, registers: Registers) {
        self.thread = thread
        self.registers = registers
    }

    @inline(__always) public var process: Process { thread.process }
    @inline(__always) public var files: FileTable { thread.process.files }
    @inline(__always) public var a0: UInt64 { registers.a0 }
    @inline(__always) public var a1: UInt64 { registers.a1 }
    @inline(__always) public var a2: UInt64 { registers.a2 }
    @inline(__always) public var a3: UInt64 { registers.a3 }
    @inline(__always) public var a4: UInt64 { registers.a4 }
    @inline(__always) public var a5: UInt64 { registers.a5 }

    // Arguments as C sees them: an int is the register's low half.
    @inline(__always) public var i0: Int32 { Int32(truncatingIfNeeded: registers.a0) }
    @inline(__always) public var i1: Int32 { Int32(truncatingIfNeeded: registers.a1) }
    @inline(__always) public var i2: Int32 { Int32(truncatingIfNeeded: registers.a2) }
    @inline(__always) public var i3: Int32 { Int32(truncatingIfNeeded: registers.a3) }
    @inline(__always) public var i4: Int32 { Int32(truncatingIfNeeded: registers.a4) }
    @inline(__always) public var i5: Int32 { Int32(truncatingIfNeeded: registers.a5) }
    @inline(__always) public var u0: UInt32 { UInt32(truncatingIfNeeded: registers.a0) }
    @inline(__always) public var u1: UInt32 { UInt32(truncatingIfNeeded: registers.a1) }
    @inline(__always) public var u2: UInt32 { UInt32(truncatingIfNeeded: registers.a2) }
    @inline(__always) public var u3: UInt32 { UInt32(truncatingIfNeeded: registers.a3) }
    @inline(__always) public var u4: UInt32 { UInt32(truncatingIfNeeded: registers.a4) }
    @inline(__always) public var u5: UInt32 { UInt32(truncatingIfNeeded: registers.a5) }
}

public enum Support: UInt8 {
    case full
    case partial
    /// Answered with a fixed errno on purpose.
    case refused
}

public typealias Handler = (Call) throws(Errno) -> Int

public struct SyscallEntry {
    public let number: Int
    public let support: Support
    /// Why it is partial or refused; empty for full.
    public let note: StaticString
    public let handler: Handler
    public init(_ number: Int, _ support: Support = .full, _ note: StaticString = "", _ handler: @escaping Handler) {
        self.number = number
        self.support = support
        self.note = note
        self.handler = handler
    }
}

public struct SyscallTable {
    public private(set) var entries: [SyscallEntry?] = Array(repeating: nil, count: 512)
    /// The handlers alone, close together, for the dispatcher.
    private(set) var handlers: [Handler?] = Array(repeating: nil, count: 512)
    public init(_ groups: [[SyscallEntry]]) {
        for group in groups {
            for entry in group where entry.number >= 0 && entry.number < entries.count {
                entries[entry.number] = entry
                handlers[entry.number] = entry.handler
            }
        }
    }
}

public enum Dispatcher {
    /// Serves one call; the result is what Linux puts in RAX. Runs under the kernel lock.
    @inline(__always)
    public static func dispatch(_ call: Call, number: UInt64) -> Int64 {
        Machine.withSharedObject(Kernel.self) { kernel in
            guard number < 512, let handler = kernel.table.handlers[Int(number)] else { return absent(call, number) }
            if kernel.tracer != nil { return traced(call, Int(number), handler) }
            do throws(Errno) {
                return Int64(try handler(call))
            } catch {
                return -Int64(error.rawValue)
            }
        }
    }

    @inline(never)
    private static func traced(_ call: Call, _ number: Int, _ handler: Handler) -> Int64 {
        let token = kernel.tracer?.begin(call, number)
        let result: Int64
        do { result = Int64(try handler(call)) } catch { result = -Int64(error.rawValue) }
        if let token { kernel.tracer?.end(call, number, token, result) }
        return result
    }

    @inline(never)
    private static func absent(_ call: Call, _ number: UInt64) -> Int64 {
        if number < 1024, kernel.loggedAbsent.insert(Int(number)).inserted {
            Log.absentCall(Int(number), call.thread)
        }
        return -Int64(Errno.ENOSYS.rawValue)
    }
}
