// SPDX-License-Identifier: Apache-2.0
//
// Structures about the whole system: uname(2), sysinfo(2).

/// `struct new_utsname`, six texts of 65 bytes, 390 bytes.
public struct Utsname: BitwiseCopyable, Sendable {
    public var sysname: InlineArray<65, UInt8>
    public var nodename: InlineArray<65, UInt8>
    public var release: InlineArray<65, UInt8>
    public var version: InlineArray<65, UInt8>
    public var machine: InlineArray<65, UInt8>
    public var domainname: InlineArray<65, UInt8>

    public init(
        sysname: InlineArray<65, UInt8> = InlineArray(repeating: 0),
        nodename: InlineArray<65, UInt8> = InlineArray(repeating: 0),
        release: InlineArray<65, UInt8> = InlineArray(repeating: 0),
        version: InlineArray<65, UInt8> = InlineArray(repeating: 0),
        machine: InlineArray<65, UInt8> = InlineArray(repeating: 0),
        domainname: InlineArray<65, UInt8> = InlineArray(repeating: 0)
    ) {
        self.sysname = sysname
        self.nodename = nodename
        self.release = release
        self.version = version
        self.machine = machine
        self.domainname = domainname
    }
}

/// `struct sysinfo`, 112 bytes.
public struct Sysinfo: BitwiseCopyable, Sendable {
    public var uptime: Int64
    public var loads: InlineArray<3, UInt64>
    public var totalram: UInt64
    public var freeram: UInt64
    public var sharedram: UInt64
    public var bufferram: UInt64
    public var totalswap: UInt64
    public var freeswap: UInt64
    public var procs: UInt16
    public var pad: UInt16
    private var pad0: UInt32 = 0
    public var totalhigh: UInt64
    public var freehigh: UInt64
    public var mem_unit: UInt32
    private var pad1: UInt32 = 0

    public init(
        uptime: Int64 = 0,
        loads: InlineArray<3, UInt64> = InlineArray(repeating: 0),
        totalram: UInt64 = 0,
        freeram: UInt64 = 0,
        sharedram: UInt64 = 0,
        bufferram: UInt64 = 0,
        totalswap: UInt64 = 0,
        freeswap: UInt64 = 0,
        procs: UInt16 = 0,
        pad: UInt16 = 0,
        totalhigh: UInt64 = 0,
        freehigh: UInt64 = 0,
        mem_unit: UInt32 = 0
    ) {
        self.uptime = uptime
        self.loads = loads
        self.totalram = totalram
        self.freeram = freeram
        self.sharedram = sharedram
        self.bufferram = bufferram
        self.totalswap = totalswap
        self.freeswap = freeswap
        self.procs = procs
        self.pad = pad
        self.totalhigh = totalhigh
        self.freehigh = freehigh
        self.mem_unit = mem_unit
    }
}
