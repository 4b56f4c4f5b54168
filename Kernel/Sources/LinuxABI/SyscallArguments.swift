// SPDX-License-Identifier: Apache-2.0
//
// The meaning of each system call's arguments and result, so that a trace can print them decoded. One byte an
// argument; the tables are in SyscallSignatures.swift and SyscallSignaturesShared.swift.

/// How to read one argument register.
public enum ArgumentKind: UInt8, Sendable, BitwiseCopyable {
    /// The call has no such argument.
    case absent

    // Numbers. `int` and `unsigned` are 32 bits wide, the others fill the register.
    case int, unsigned, long, size, offset, hex, device
    /// A time limit in milliseconds; negative means none.
    case milliseconds

    // Names of things.
    case fd
    /// A descriptor or AT_FDCWD.
    case dirfd
    case pid, uid, gid, signal, clock, resource

    // Addresses.
    /// A place in the address space, not read.
    case address
    /// A structure this table does not describe further.
    case pointer
    /// A path that ends in a zero byte.
    case path
    /// Other text that ends in a zero byte.
    case string
    /// A vector of strings that ends in a null pointer.
    case stringVector
    /// Bytes the call reads; the next argument is their number.
    case inBuffer
    /// Bytes the call writes; the next argument is the room, the result the number.
    case outBuffer
    /// A vector of `Iovec`; the next argument is their number.
    case iovec
    /// A vector of `PollFd`; the next argument is their number.
    case pollFds
    /// A socket address; the next argument is its length.
    case sockaddr
    /// Two descriptors the call fills in.
    case fdPair
    case stat, timespec, timeval, itimerspec, sigaction, sigset, siginfo, msghdr, rusage, rlimit, epollEvent

    // Flags and selectors, each with constants of its own.
    case openFlags, mode, accessMode, atFlags, renameFlags, statxMask, whence, fcntlCommand, lockOperation
    /// O_CLOEXEC and O_NONBLOCK, under whatever name the call gives them.
    case descriptorFlags
    case closeRangeFlags, eventFlags, timerFlags, randomFlags, memfdFlags
    case protection, mapFlags, remapFlags, syncFlags, advice
    case cloneFlags, waitOptions, waitIDType, prctlOption, archPrctlCode
    case futexOperation, epollOperation, maskHow, intervalTimer
    case family, socketType, socketLevel, messageFlags, shutdownHow, ioctlRequest
}

/// The arguments of one system call, and its result.
public struct SyscallSignature: Sendable, BitwiseCopyable {
    public let first: ArgumentKind
    public let second: ArgumentKind
    public let third: ArgumentKind
    public let fourth: ArgumentKind
    public let fifth: ArgumentKind
    public let sixth: ArgumentKind
    /// How to read a result that is not an error.
    public let result: ArgumentKind

    init(
        _ first: ArgumentKind = .absent,
        _ second: ArgumentKind = .absent,
        _ third: ArgumentKind = .absent,
        _ fourth: ArgumentKind = .absent,
        _ fifth: ArgumentKind = .absent,
        _ sixth: ArgumentKind = .absent,
        result: ArgumentKind = .long
    ) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
        self.fifth = fifth
        self.sixth = sixth
        self.result = result
    }

    /// The signature of call `number`, or nil where Linux has none.
    public static func signature(of number: Int) -> SyscallSignature? {
        if number >= 0 && number <= SyscallNumber.lastBeforeGap {
            return classic[number]
        }
        if number >= SyscallNumber.firstShared && number < SyscallNumber.limit {
            return shared[number - SyscallNumber.firstShared]
        }
        return nil
    }

    /// The kind of argument `index`, counted from 0; `absent` beyond the last.
    public subscript(index: Int) -> ArgumentKind {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        case 3: fourth
        case 4: fifth
        case 5: sixth
        default: .absent
        }
    }

    /// The number of arguments.
    public var count: Int {
        for index in 0..<6 where self[index] == .absent {
            return index
        }
        return 6
    }
}
