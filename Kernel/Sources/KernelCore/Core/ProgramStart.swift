// SPDX-License-Identifier: Apache-2.0
//
// Starts a program from outside: the enclave's main program, or one an exec client asked for.

import LinuxABI
import Machine

/// What to start.
public struct ProgramRequest {
    public var arguments: [[UInt8]]
    public var environment: [[UInt8]]
    public var workingDirectory: [UInt8]
    public var userID: UInt32 = 0
    public var groupID: UInt32 = 0
    /// Standard input, output, error; nil leaves the number free.
    public var streams: [OpenFile?]
    public var terminal: Terminal?
}

/// Why a program was not started.
public struct StartFailure: Error {
    public enum Place: Equatable, Sendable {
        case workingDirectory, program
        /// No slot, no memory, no terminal: nothing about the request.
        case enclave
    }

    public let errno: Errno
    public let place: Place
    public let name: [UInt8]

    /// What a shell reports of a program: 127 when it is not there, 126 when it cannot be executed; 125 for all else.
    public var exitCode: Int32 {
        switch place {
        case .program: errno == .ENOENT ? 127 : 126
        case .workingDirectory, .enclave: 125
        }
    }

    /// One line without its end.
    public var text: [UInt8] {
        var text: [UInt8] = []
        switch place {
        case .program:
            text.append(contentsOf: name)
            text.append(": ")
        case .workingDirectory:
            text.append("working directory ")
            text.append(contentsOf: name)
            text.append(": ")
        case .enclave: text.append("the enclave cannot start another program: ")
        }
        switch errno {
        case .ENOENT: text.append("not found in the enclave")
        case .EACCES: text.append("permission denied")
        case .ENOEXEC: text.append("not a program of this machine")
        case .ENOTDIR: text.append("not a directory, or a part of its path is not")
        default:
            text.append("error ")
            text.append(errno.name)
        }
        return text
    }
}

public enum ProgramStart {
    /// Makes a process in a session of its own and asks for its host process.
    public static func start(_ request: ProgramRequest) throws(StartFailure) -> Process {
        guard let first = kernel.kernelProcess, let caller = first.mainThread, let name = request.arguments.first else {
            throw StartFailure(errno: .EINVAL, place: .enclave, name: [])
        }
        let context = first.fileSystem.copy()
        guard let block = kernel.slots.allocate() else { throw StartFailure(errno: .EAGAIN, place: .enclave, name: []) }
        let pid = kernel.processes.allocateNumber()
        let process = Process(
            pid: pid, parent: first, memory: AddressSpace(), files: FileTable(), fileSystem: context, actions: SignalActions())
        process.group = pid
        process.session = pid
        if kernel.descriptorLimit != 0 {
            let most = UInt64(kernel.descriptorLimit)
            let old = process.limits[Resource.RLIMIT_NOFILE]
            process.limits[Resource.RLIMIT_NOFILE] = Rlimit64(rlim_cur: min(old.rlim_cur, most), rlim_max: min(old.rlim_max, most))
        }
        process.credentials.set(uid: request.userID, gid: request.groupID)
        let thread = Thread(tid: pid, process: process, block: block, name: ProcessExec.lastComponent(name))
        var place = StartFailure.Place.workingDirectory
        do throws(Errno) {
            var walk = try PathWalk(caller, request.workingDirectory)
            try walk.walk(follow: true)
            let directory = try walk.location()
            guard directory.inode.isDirectory else { throw .ENOTDIR }
            context.workingDirectory = directory
            place = .enclave
            for (number, stream) in request.streams.enumerated() {
                if let stream { _ = process.files.replace(Int32(number), with: stream, closeOnExec: false) }
            }
            place = .program
            let (file, path) = try find(thread, name, request.environment)
            let image = try ExecImage.prepare(
                thread, file, path: path, arguments: request.arguments, environment: request.environment)
            thread.startAction = .exec(image)
        } catch {
            kernel.slots.giveBack(block)
            _ = process.files.removeAll()
            throw StartFailure(errno: error, place: place, name: place == .program ? name : request.workingDirectory)
        }
        if let terminal = request.terminal { terminal.adopt(process) }
        block.clearFrame()
        block.setGuest(pid: pid, tid: pid, parent: first.pid)
        block.setObject(thread)
        process.threads = [thread]
        first.children.append(process)
        kernel.processes.add(process)
        kernel.processes.add(thread)
        kernel.supervisor.requestSpawn(thread)
        return process
    }

    /// A name without a slash is looked for along PATH (execvp(3)).
    private static func find(
        _ thread: Thread, _ name: [UInt8], _ environment: [[UInt8]]
    ) throws(Errno) -> (OpenFile, [UInt8]) {
        if name.contains(0x2f) { return (try Files.openForExec(thread, name), name) }
        guard !name.isEmpty else { throw .ENOENT }
        var path = [UInt8]("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        let key = [UInt8]("PATH=")
        for entry in environment where entry.starts(with: key) { path = Array(entry.dropFirst(key.count)) }
        var failure = Errno.ENOENT
        for directory in path.split(separator: 0x3a) {
            var candidate = Array(directory)
            candidate.append(0x2f)
            candidate.append(contentsOf: name)
            do { return (try Files.openForExec(thread, candidate), candidate) } catch {
                if error == .EACCES { failure = .EACCES }
            }
        }
        throw failure
    }
}

extension Credentials {
    mutating func set(uid: UInt32, gid: UInt32) {
        self.uid = uid
        euid = uid
        suid = uid
        fsuid = uid
        self.gid = gid
        egid = gid
        sgid = gid
        fsgid = gid
    }
}
