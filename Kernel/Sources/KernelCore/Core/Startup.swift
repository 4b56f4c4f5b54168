// SPDX-License-Identifier: Apache-2.0
//
// Builds the kernel's root object, the first process and the program, then becomes the supervisor.

import Formats
import LinuxABI
import Machine

public enum Startup {
    /// Runs the enclave to its end; returns the exit code of the whole.
    public static func start(_ host: Host, _ asked: BootConfig) -> Int32 {
        // Tables the compiler fills on first use are filled before the first fork.
        _ = SyscallName.name(of: 0)
        _ = SyscallName.name(of: 424)
        _ = SyscallSignature.signature(of: 0)
        _ = SyscallSignature.signature(of: 424)
        let config: BootConfig
        let measured: MeasuredSettings?
        do {
            measured = try MeasuredBoot.settings(host, asked)
            config = try MeasuredBoot.checked(asked, measured)
        } catch {
            Machine.print(error.message)
            return 125
        }
        Machine.setSharedObject(Kernel(host: host, config: config, measured: measured, table: AllFamilies.table()))
        Machine.setEntryPoints(KernelEntry())
        if let descriptor = config.traceDescriptor { kernel.tracer = Tracer(descriptor: descriptor) }
        if let platform = config.platform { kernel.evidence = PlatformLink(platform.descriptor, platform.kind) }
        let root: Location
        do { root = try FileSystems.setUp(config: config) } catch {
            Machine.print(error.message)
            return 125
        }
        let initial = Process(
            pid: kernel.processes.allocateNumber(), parent: nil, memory: kernel.emptyMemory, files: FileTable(),
            fileSystem: FileSystemContext(root: root, workingDirectory: root), actions: SignalActions())
        initial.isSubreaper = true
        initial.commandLine = [UInt8]("cloister-init\0")
        kernel.processes.add(initial)
        kernel.kernelProcess = initial
        let thread = Thread(tid: initial.pid, process: initial, block: ThreadBlock.current, name: [UInt8]("cloister-init"))
        initial.threads = [thread]
        kernel.processes.add(thread)
        ThreadBlock.current.setObject(thread)
        return Supervisor(host, config, thread).run()
    }
}

extension BootError {
    /// One line that says what, where and what to do.
    var message: [UInt8] {
        var text = [UInt8]("cloister: ")
        switch self {
        case .noRoot: text.append("the enclave has no root: give an image or --insecure-host-root")
        case .image(let error):
            text.append("the image is refused: ")
            text.append(error.name)
            text.append("; run cloister verify")
        case .refused(let refusal):
            text.append("the launcher's request is refused: ")
            text.append(contentsOf: refusal.text)
        case .hashing: text.append("known digests come out wrong on this processor")
        case .hostRoot(let error):
            text.append("the host's root cannot be read: error ")
            text.append(decimal: Int(error.rawValue))
        case .mount(let target, let error):
            text.append("cannot mount ")
            text.append(contentsOf: target)
            text.append(": error ")
            text.append(decimal: Int(error.rawValue))
        }
        text.append(0x0a)
        return text
    }
}

extension ImageError {
    /// What differs, in a few words.
    fileprivate var name: StaticString {
        switch self {
        case .notAnImage, .unsupportedVersion, .badHeader: "its header is not valid"
        case .unreadable: "the host does not deliver it"
        case .badSignatureBlock: "its signature block is not valid"
        case .measurementMismatch: "its measurement is not the one that the launcher named"
        case .signerMismatch: "its signer is not the one that the launcher named"
        case .manifestMismatch: "its manifest is not what was measured"
        case .badManifest: "its manifest is not understood by this kernel"
        case .rootMismatch, .treeMismatch, .blockMismatch: "its root is not what was measured"
        case .outOfBounds, .badSuperblock, .badInode, .badDirectory, .notADirectory: "its tables contradict each other"
        }
    }
}
