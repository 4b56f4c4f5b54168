// SPDX-License-Identifier: Apache-2.0
//
// Character devices by number, wherever their node lies (devices.txt of Linux).

import Formats
import LinuxABI
import Machine

enum DeviceNodes {
    static let null = DeviceNumber.make(major: 1, minor: 3)
    static let zero = DeviceNumber.make(major: 1, minor: 5)
    static let full = DeviceNumber.make(major: 1, minor: 7)
    static let random = DeviceNumber.make(major: 1, minor: 8)
    static let urandom = DeviceNumber.make(major: 1, minor: 9)
    static let tty = DeviceNumber.make(major: 5, minor: 0)
    static let console = DeviceNumber.make(major: 5, minor: 1)
    static let sgx = DeviceNumber.make(major: 10, minor: 125)
    static let ptmx = DeviceNumber.make(major: 5, minor: 2)

    /// `flags` may hold O_NOCTTY.
    static func open(_ inode: Inode, _ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        if location.mount.hasNoDevices { throw .EACCES }
        let kept = flags & ~Open.O_NOCTTY
        switch inode.deviceNumber {
        case null: return NullDevice(flags: kept, inode: inode, location: location)
        case zero: return ZeroDevice(isFull: false, flags: kept, inode: inode, location: location)
        case full: return ZeroDevice(isFull: true, flags: kept, inode: inode, location: location)
        case random, urandom: return RandomDevice(flags: kept, inode: inode, location: location)
        case tty:
            guard let terminal = thread.process.terminal else { throw .ENXIO }
            return try TerminalFile(terminal, flags: kept, inode: inode, location: location)
        case console:
            guard let terminal = kernel.terminals.console else { throw .ENODEV }
            let file = try TerminalFile(terminal, flags: kept, inode: inode, location: location)
            if flags & Open.O_NOCTTY == 0 { terminal.acquireAtOpen(file, thread.process) }
            return file
        case sgx:
            guard kernel.evidence?.kind.speaksSGX == true else { throw .ENXIO }
            return SGXDevice(flags: kept, inode: inode, location: location)
        case ptmx: return try kernel.terminals.openMaster(flags: kept, inode: inode, location: location, thread)
        default:
            guard let terminal = kernel.terminals.terminal(device: inode.deviceNumber) else { throw .ENXIO }
            return try terminal.openSlave(flags, inode: inode, location: location, thread)
        }
    }
}
