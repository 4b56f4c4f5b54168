// SPDX-License-Identifier: Apache-2.0
// The guest API's own process: it outlives the agent, which becomes the program, and is not the program's child.
import BootSecrets
import Glibc
import KeyBrokerProtocol
import NIOPosix

enum GuestProcess {
    /// The agent's only argument in that process. No program's path looks like it.
    static let mode = "--guest-api"
    /// What it writes when it listens, to the descriptor below.
    private static let ready: [UInt8] = [0x21]
    private static let readyDescriptor: Int32 = 3

    /// That of the process in between, which ends at once, so that the API is nobody's child.
    static let middleMode = "--guest-api-start"

    /// Starts it, and returns when it listens.
    static func start(_ broker: BrokerAddress) throws(AgentFailure) {
        var answer: [UInt8] = []
        do throws(SystemError) {
            let pipe = try Files.pipe()
            defer { close(pipe.read) }
            let entry = "\(SecretsDescription.brokerVariable)=\(broker)"
            let middle = Result { () throws(SystemError) in
                try Execution.start([SecretsDescription.agentPath, middleMode], environment: [entry], handing: pipe.write, as: readyDescriptor)
            }
            close(pipe.write)
            _ = Execution.wait(for: try middle.get())
            answer = try Files.readAll(pipe.read, "a pipe", limit: 16)
        } catch {
            throw AgentFailure(.notExecutable, "the guest API cannot be started: \(error.text)", next: "leave guest_api out of the manifest")
        }
        guard answer == ready else {
            throw AgentFailure(.unavailable, "the guest API does not start", next: "the line before this one says why")
        }
    }

    /// In the process in between.
    static func startFromMiddle(_ environment: [[UInt8]]) throws(AgentFailure) {
        let entries = environment.map { String(decoding: $0, as: UTF8.self) }
        do throws(SystemError) {
            _ = try Execution.start(
                [SecretsDescription.agentPath, mode], environment: entries, handing: readyDescriptor, as: readyDescriptor)
        } catch {
            throw AgentFailure(.notExecutable, "the guest API cannot be started: \(error.text)", next: "leave guest_api out of the manifest")
        }
    }

    /// Serves to the end of the enclave.
    static func serve(_ description: SecretsDescription, _ broker: BrokerAddress) throws(AgentFailure) {
        let roots = try Agent.roots(description)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        @Sendable func round() throws(AgentFailure) -> KeyBrokerRound {
            KeyBrokerRound(connection: try BrokerConnection(to: broker, trusting: roots, on: group), broker: broker, evidence: Agent.evidence)
        }
        let answers = GuestAnswers(
            resource: { path throws(AgentFailure) in
                let round = try round()
                defer { round.connection.close() }
                return try round.fetch([path])[path] ?? []
            },
            token: { () throws(AgentFailure) in
                let round = try round()
                defer { round.connection.close() }
                return try round.token()
            },
            evidence: { reportData throws(AgentFailure) in try Agent.evidence(reportData) })
        let server: GuestServer?
        do throws(SystemError) { server = try GuestServer(answers, on: group) } catch {
            // An earlier start in the same enclave serves already.
            guard error.code == EADDRINUSE else {
                throw AgentFailure(.unavailable, "the guest API cannot be served: \(error.text)", next: "free port \(GuestServer.port) in the image")
            }
            server = nil
        }
        Files.tell(readyDescriptor, ready)
        server?.waitForEnd()
    }
}
