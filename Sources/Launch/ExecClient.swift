// SPDX-License-Identifier: Apache-2.0
// `cloister exec`: a program in a resident enclave, on this command's own standard streams.
internal import Formats

package struct ExecOptions: Sendable {
    package var arguments: [ByteText]
    package var environment: [ByteText] = []
    /// Empty: the enclave's own.
    package var workingDirectory = ""
    package var usesTerminal = false

    package init(arguments: [ByteText]) {
        self.arguments = arguments
    }
}

package enum ExecClient {
    package static func run(
        _ options: ExecOptions, in entry: EnclaveEntry, of registry: Registry
    ) throws(LaunchError) -> EnclaveEnd {
        var relay = try SignalRelay()
        let channel = try ControlChannel(
            directory: registry.state.folder(entry.name), name: StateDirectory.socketName)
        let terminal = options.usesTerminal ? try RawTerminal(0) : nil
        let size = options.usesTerminal ? RawTerminal.windowSize(0) : nil
        let request = ExecRequest(
            arguments: options.arguments.map(\.bytes),
            environment: EnclaveRequest.lastOfEachName(options.environment).map(\.bytes),
            workingDirectory: Array(options.workingDirectory.utf8),
            terminal: size.map { TerminalSize(rows: $0.rows, columns: $0.columns) })
        try channel.send(.exec(request), attaching: [0, 1, 2])
        let end = try follow(channel, &relay, name: entry.name)
        _ = consume terminal
        return end
    }

    private static func follow(
        _ channel: borrowing ControlChannel, _ relay: inout SignalRelay, name: String
    ) throws(LaunchError) -> EnclaveEnd {
        while true {
            let ready = try System.waitReadable(
                [channel.socket.number, relay.queue.number], timeoutMilliseconds: nil)
            if ready.contains(relay.queue.number), try relay.relay(to: channel) {
                // The enclave goes on for its other clients; closing the connection ends only this program.
                return .signalled(Signals.SIGKILL)
            }
            guard ready.contains(channel.socket.number) else { continue }
            switch try channel.receive() {
            case .started?: continue
            case .exited(let code)?: return .exited(Int32(code))
            case .killed(let signal)?: return .signalled(Int32(signal))
            case .failure(let errno, let message)?: throw refusal(errno, message, name)
            case .process?, .end?, .evidence?:
                throw LaunchError(
                    .badData, "an answer that does not belong to exec", at: "enclave '\(name)'",
                    next: "rebuild kernel and command with make build")
            case nil:
                throw LaunchError(
                    .unavailable, "the enclave ended", at: "'\(name)'", next: "see cloister ps and start it again")
            }
        }
    }

    private static func refusal(_ errno: UInt32, _ message: [UInt8], _ name: String) -> LaunchError {
        let text = String(decoding: message, as: UTF8.self)
        return switch errno {
        case 2:
            LaunchError(.noProgram, text, at: "enclave '\(name)'", next: "check the program's path and PATH inside")
        case 13, 8:
            LaunchError(.notExecutable, text, at: "enclave '\(name)'", next: "check that the file is executable")
        case 1:
            LaunchError(
                .refused, text, at: "enclave '\(name)'", next: "change its cloister.yaml, build and start it again")
        case 22: LaunchError(.usage, text, at: "enclave '\(name)'", next: "check --cwd and the command line")
        default: LaunchError(.unavailable, text, at: "enclave '\(name)'", next: "see cloister logs \(name)")
        }
    }
}
