// SPDX-License-Identifier: Apache-2.0
//
// What an exec needs, read and checked while failing is still possible (execve(2)): the program's headers, its interpreter's, the
// arguments and the environment.

import LinuxABI
import Machine

public struct ExecImage {
    struct Part {
        var image: ElfImage
        var file: OpenFile
        var content: FileContent
    }
    var program: Part
    var interpreter: Part?
    var arguments: [[UInt8]]
    var environment: [[UInt8]]
    /// AT_EXECFN: the path as given.
    var path: [UInt8]
    var location: Location
    var isSecure = false
    var newUid: UInt32?
    var newGid: UInt32?

    /// Linux: a quarter of the stack limit, at least 128 KiB; a single string at most 128 KiB.
    static let longestString = 131_072

    static func read(_ content: FileContent, _ offset: UInt64, _ count: Int) throws(Errno) -> [UInt8] {
        guard offset <= UInt64(Int64.max) else { return [] }
        var buffer = IOBuffer(kernelCapacity: count)
        _ = try content.read(Int64(offset), &buffer)
        return buffer.bytes
    }

    /// Opens and judges `path`; follows `#!` lines (up to five, as Linux).
    static func prepare(
        _ thread: Thread, _ opened: OpenFile, path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], depth: Int = 0,
        execPath: [UInt8]? = nil, isReachable: Bool = true
    ) throws(Errno) -> ExecImage {
        guard let location = opened.location else { throw .EACCES }
        let content = try opened.contentForMapping()
        let head = try read(content, 0, 256)
        if head.count >= 2, head[0] == 0x23, head[1] == 0x21 {
            guard depth < 5 else { throw .ELOOP }
            // The interpreter could not open a script whose descriptor closes (execveat(2), BUGS).
            guard isReachable else { throw .ENOENT }
            let line = try ScriptLine(head)
            var newArguments: [[UInt8]] = [line.interpreter]
            if let argument = line.argument { newArguments.append(argument) }
            newArguments.append(path)
            newArguments.append(contentsOf: arguments.dropFirst())
            let file = try Files.openForExec(thread, line.interpreter)
            return try prepare(
                thread, file, path: line.interpreter, arguments: newArguments, environment: environment, depth: depth + 1,
                execPath: execPath ?? path)
        }
        let image = try ElfImage(role: .program) { (offset: UInt64, count: Int) throws(Errno) -> [UInt8] in
            try read(content, offset, count)
        }
        var result = ExecImage(
            program: Part(image: image, file: opened, content: content), interpreter: nil, arguments: arguments,
            environment: environment, path: execPath ?? path, location: location)
        if let path = image.interpreter {
            let file = try Files.openForExec(thread, path)
            let content = try file.contentForMapping()
            let image = try ElfImage(role: .interpreter) { (offset: UInt64, count: Int) throws(Errno) -> [UInt8] in
                try read(content, offset, count)
            }
            result.interpreter = Part(image: image, file: file, content: content)
        }
        let inode = location.inode
        if !thread.process.noNewPrivileges {
            if inode.mode & FileMode.S_ISUID != 0 { result.newUid = inode.uid }
            if inode.mode & (FileMode.S_ISGID | FileMode.S_IXGRP) == FileMode.S_ISGID | FileMode.S_IXGRP { result.newGid = inode.gid }
        }
        return result
    }
}

/// The first line of a script.
struct ScriptLine {
    var interpreter: [UInt8]
    var argument: [UInt8]?

    init(_ head: [UInt8]) throws(Errno) {
        var end = 2
        while end < head.count, head[end] != 0x0a { end += 1 }
        // A line that does not end within the first 256 bytes is cut only when the interpreter's name is whole.
        let isCut = end == head.count && head.count == 256
        var at = 2
        while at < end, head[at] == 0x20 || head[at] == 0x09 { at += 1 }
        let start = at
        while at < end, head[at] != 0x20, head[at] != 0x09, head[at] != 0 { at += 1 }
        guard at > start, !(isCut && at == end) else { throw .ENOEXEC }
        interpreter = Array(head[start..<at])
        while at < end, head[at] == 0x20 || head[at] == 0x09 { at += 1 }
        var last = end
        while last > at, head[last - 1] == 0x20 || head[last - 1] == 0x09 { last -= 1 }
        if last > at { argument = Array(head[at..<last].prefix { $0 != 0 }) }
    }
}
