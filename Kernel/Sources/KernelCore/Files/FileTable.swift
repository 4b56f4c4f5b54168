// SPDX-License-Identifier: Apache-2.0
//
// File descriptors of a process; CLONE_FILES shares the object.

import LinuxABI
import Machine

public final class FileTable {
    struct Slot {
        var file: OpenFile?
        var closeOnExec = false
    }
    private var slots: [Slot] = []
    private var lowestFree = 0
    /// Live descriptors.
    public private(set) var count = 0
    /// How many processes use the table.
    public var users = 1
    public init() {}

    @inline(__always)
    public func get(_ descriptor: Int32) throws(Errno) -> OpenFile {
        let i = Int(descriptor)
        guard i >= 0, i < slots.count, let file = slots[i].file else { throw .EBADF }
        return file
    }
    /// Readable and not O_PATH.
    @inline(__always)
    public func readable(_ descriptor: Int32) throws(Errno) -> OpenFile {
        let file = try get(descriptor)
        guard file.isReadable else { throw .EBADF }
        return file
    }
    @inline(__always)
    public func writable(_ descriptor: Int32) throws(Errno) -> OpenFile {
        let file = try get(descriptor)
        guard file.isWritable else { throw .EBADF }
        return file
    }
    /// Anything but O_PATH.
    public func real(_ descriptor: Int32) throws(Errno) -> OpenFile {
        let file = try get(descriptor)
        guard !file.isPathOnly else { throw .EBADF }
        return file
    }

    /// The lowest free number at or above `minimum`; EMFILE at `limit`.
    @discardableResult
    public func add(_ file: OpenFile, closeOnExec: Bool, minimum: Int32 = 0, limit: Int) throws(Errno) -> Int32 {
        var i = max(Int(minimum), minimum == 0 ? lowestFree : 0)
        while i < slots.count && slots[i].file != nil { i += 1 }
        guard i < limit else { throw .EMFILE }
        try Headroom.check()
        while slots.count <= i { slots.append(Slot()) }
        slots[i] = Slot(file: file, closeOnExec: closeOnExec)
        if minimum == 0 { lowestFree = i + 1 }
        count += 1
        return Int32(i)
    }

    /// dup2: puts `file` at `descriptor`, returning what was there.
    public func replace(_ descriptor: Int32, with file: OpenFile, closeOnExec: Bool) -> OpenFile? {
        let i = max(Int(descriptor), 0)
        while slots.count <= i { slots.append(Slot()) }
        let old = slots[i].file
        if old == nil { count += 1 }
        slots[i] = Slot(file: file, closeOnExec: closeOnExec)
        return old
    }

    public func remove(_ descriptor: Int32) throws(Errno) -> OpenFile {
        let file = try get(descriptor)
        let i = Int(descriptor)
        slots[i] = Slot()
        if i < lowestFree { lowestFree = i }
        count -= 1
        return file
    }

    public func closeOnExec(_ descriptor: Int32) throws(Errno) -> Bool {
        _ = try get(descriptor)
        return slots[Int(descriptor)].closeOnExec
    }
    public func setCloseOnExec(_ descriptor: Int32, _ value: Bool) throws(Errno) {
        _ = try get(descriptor)
        slots[Int(descriptor)].closeOnExec = value
    }

    public func copy() -> FileTable {
        let new = FileTable()
        new.slots = slots
        new.lowestFree = lowestFree
        new.count = count
        return new
    }

    /// Descriptors in use, ascending.
    public var descriptors: [Int32] { (0..<slots.count).filter { slots[$0].file != nil }.map { Int32($0) } }

    /// Takes out every descriptor with close-on-exec set.
    public func removeCloseOnExec() -> [OpenFile] {
        var removed: [OpenFile] = []
        for i in 0..<slots.count where slots[i].closeOnExec {
            if let file = slots[i].file { removed.append(file) }
            if slots[i].file != nil { count -= 1 }
            slots[i] = Slot()
            lowestFree = min(lowestFree, i)
        }
        return removed
    }

    public func removeAll() -> [OpenFile] {
        let files = slots.compactMap { $0.file }
        slots = []
        lowestFree = 0
        count = 0
        return files
    }
}
