// SPDX-License-Identifier: Apache-2.0
//
// Builds the kernel's root object, the first process and the program, then becomes the supervisor.

import Formats
import LinuxABI
import Machine

public enum Startup {
    /// Runs the enclave to its end; returns the exit code of the whole.
    public static func start(_ host: Host, _ config: BootConfig) -> Int32 {
        // Tables the compiler fills on first use are filled before the first fork.
        _ = SyscallName.name(of: 0)
        _ = SyscallName.name(of: 424)
        _ = SyscallSignature.signature(of: 0)
        _ = SyscallSignature.signature(of: 424)
        Machine.setSharedObject(Kernel(host: host, config: config, table: AllFamilies.table()))
        Machine.setEntryPoints(KernelEntry())
        let root: Location
        do { root = try FileSystems.setUp(config) } catch {
            Machine.print("cloister-kernel: the root file system cannot be set up: error ")
            var text: [UInt8] = []
            text.append(decimal: Int(error.rawValue))
            text.append("\n")
            Machine.print(text)
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
