// SPDX-License-Identifier: Apache-2.0
//
// The whole kernel on a scripted host, without guest code: system calls are made by hand. For processes of their own (exit tests),
// since there is one kernel a process.

import Formats
import Glibc
import LinuxABI
import Machine

@testable import KernelCore

struct TestKernel {
    let host: ScriptedHost
    let thread: Thread

    /// Starts on an honest host: everything is passed on, or to `host`.
    init(
        mounts: [BootConfig.Mount] = [], evidence: EvidenceSource? = nil, shield: ShieldRules? = nil,
        host answer: @escaping (Int64, [UInt64]) -> Int64 = TestKernel.honest
    ) {
        host = ScriptedHost(answer)
        var config = BootConfig()
        config.insecureHostRoot = true
        // Sockets of the loopback that nobody inside listens at are the host's, so that its answers are put to the test.
        config.insecureHostLoopback = true
        config.mounts = mounts
        var measured: MeasuredSettings?
        if let shield {
            measured = MeasuredSettings()
            measured?.shield = shield
        }
        Machine.setSharedObject(Kernel(host: Host(host), config: config, measured: measured, table: AllFamilies.table()))
        Machine.lock()
        kernel.evidence = evidence
        let root: Location
        do { root = try FileSystems.setUp(config: config) } catch { fatalError("no root: \(error)") }
        let process = Process(
            pid: kernel.processes.allocateNumber(), parent: nil, memory: kernel.emptyMemory, files: FileTable(),
            fileSystem: FileSystemContext(root: root, workingDirectory: root), actions: SignalActions())
        kernel.processes.add(process)
        kernel.kernelProcess = process
        thread = Thread(tid: process.pid, process: process, block: ThreadBlock.current, name: Array("test".utf8))
        process.threads = [thread]
        kernel.processes.add(thread)
        ThreadBlock.current.setObject(thread)
    }

    /// The real host.
    static func honest(_ number: Int64, _ a: [UInt64]) -> Int64 {
        RawHost().call(number, a[0], a[1], a[2], a[3], a[4], a[5])
    }

    /// One system call, as the gate would make it.
    @discardableResult
    func call(_ number: Int, _ arguments: UInt64...) -> Int64 { call(number, arguments) }

    func call(_ number: Int, _ arguments: [UInt64]) -> Int64 {
        let a = arguments + [UInt64](repeating: 0, count: 6 - arguments.count)
        var registers = RegisterSet()
        registers.rdi = a[0]
        registers.rsi = a[1]
        registers.rdx = a[2]
        registers.r10 = a[3]
        registers.r8 = a[4]
        registers.r9 = a[5]
        registers.orig_rax = UInt64(number)
        thread.block.registers.all = registers
        thread.block.setWork(false)
        return Dispatcher.dispatch(Call(thread: thread, registers: thread.block.registers), number: UInt64(number))
    }

    /// Guest memory at `address`, made by mmap(2).
    func map(_ address: UInt64, _ bytes: UInt64) {
        let result = call(9, address, bytes, 3, 0x32, .max, 0)
        guard result == Int64(address) else { fatalError("mmap: \(result)") }
    }
    func put(_ bytes: [UInt8], at address: UInt64) {
        do { try UserMemory.writeBytes(bytes, to: address) } catch { fatalError("guest memory") }
    }
}
