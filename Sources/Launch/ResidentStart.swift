// SPDX-License-Identifier: Apache-2.0
// `cloister start`: an enclave that stays, serves exec clients, and logs to its folder.
internal import CLaunch
internal import Encodings
internal import Formats
internal import Image

package enum ResidentStart {
    /// How long a kernel may take to answer its first request.
    private static let readyMilliseconds: Int32 = 10_000

    package static func start(
        _ request: EnclaveRequest, name: String, kernel: String, platform choice: PlatformChoice? = nil, isQuiet: Bool, in registry: Registry
    ) throws(LaunchError) -> EnclaveEntry {
        try registry.add(name) { folder, publish throws(LaunchError) -> EnclaveEntry in
            let log = "\(folder)/log"
            let input = try System.open("/dev/null", flags: Flags.readOnly)
            let output = try System.open(log, flags: Flags.writeOnly | Flags.create | Flags.append)
            let socket = try System.listen(directory: folder, name: StateDirectory.socketName)
            let platform = try choice.map { choice throws(LaunchError) in try PlatformSocket(choice) }
            let boot = KernelBoot(
                kernel: kernel, standardStreams: [input.number, output.number, output.number],
                control: socket.number, isResident: true, platform: platform?.kernelEnd,
                platformKind: choice?.kind ?? .simulated)
            let process = try boot.start(request)
            _ = consume socket
            platform?.closeKernelEnd()
            try platform?.startService(errors: output.number)
            guard let ticks = EnclaveEntry.startTicks(of: process.pid), answers(process, in: folder) else {
                throw try failure(process, log: log, name: name)
            }
            do throws(LaunchError) {
                var entry = EnclaveEntry(
                    name: name, pid: process.pid, startTicks: ticks, startedAt: claunch_wall_seconds())
                if case .image(let image) = request.root {
                    entry.image = try System.absolutePath(image.path)
                    entry.measurement = Hex.encode(image.measurement)
                    entry.signer = Hex.encode(image.signer.bytes)
                }
                entry.backend = (choice?.kind ?? .simulated).name
                entry.insecureOptions = request.insecureOptions
                entry.isQuiet = isQuiet
                entry.command = request.arguments.map(\.description)
                try publish(entry)
                return entry
            } catch {
                // An enclave that nobody can find must not stay.
                process.kill()
                _ = try process.wait()
                throw error
            }
        }
    }

    /// Whether the kernel serves its socket. It listened before the kernel ran, so that only an answer proves anything.
    private static func answers(_ process: borrowing KernelProcess, in folder: String) -> Bool {
        // A kernel that refused has closed its end already: that is no answer, and its log says why.
        (try? listsProcesses(process, in: folder)) == true
    }

    private static func listsProcesses(
        _ process: borrowing KernelProcess, in folder: String
    ) throws(LaunchError) -> Bool {
        let channel = try ControlChannel(directory: folder, name: StateDirectory.socketName)
        try channel.send(.processList)
        while true {
            let ready = try System.waitReadable(
                [channel.socket.number, process.ended.number], timeoutMilliseconds: readyMilliseconds)
            guard ready.contains(channel.socket.number), let reply = try channel.receive() else { return false }
            if reply == .end { return true }
        }
    }

    private static func failure(
        _ process: consuming KernelProcess, log: String, name: String
    ) throws(LaunchError) -> LaunchError {
        // A kernel that ends closes its socket a moment before its process is gone.
        let hadEnded = try !System.waitReadable([process.ended.number], timeoutMilliseconds: 500).isEmpty
        process.kill()
        let end = try process.wait()
        let text = String(decoding: (try? System.readFile(log)) ?? [], as: UTF8.self)
        let last = text.split(separator: "\n").last.map { ": \($0)" } ?? ""
        let what = hadEnded ? "the enclave ended at once with code \(end.exitCode)" : "the kernel does not answer"
        return LaunchError(
            .unavailable, what + last, at: "enclave '\(name)'", next: "try the same with cloister run to see its output"
        )
    }
}
