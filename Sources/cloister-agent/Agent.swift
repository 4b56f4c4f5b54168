// SPDX-License-Identifier: Apache-2.0
// Runs inside an enclave before the program: proves to the broker what this enclave is, puts the secrets where the measured
// description says, and becomes the program. docs/secrets.md
import BootSecrets
import Glibc
import KeyBrokerProtocol
import NIOCore
import NIOPosix
import NIOSSL

@main
enum Agent {
    static func main() {
        do throws(AgentFailure) {
            try run()
        } catch {
            Files.say(error.line)
            exit(error.code.rawValue)
        }
    }

    private static func run() throws(AgentFailure) {
        // The kernel's own copies: exactly the bytes that the program is to get.
        let arguments = Array(try processText("/proc/self/cmdline").dropFirst())
        guard !arguments.isEmpty else { throw AgentFailure(.usage, "no program is named", next: "this program is for the images of cloister build") }
        let environment = try processText("/proc/self/environ")
        if arguments == [Array(GuestProcess.middleMode.utf8)] { return try GuestProcess.startFromMiddle(environment) }
        let description = try description()
        let broker = try broker(description, environment)
        var pipeSignal = PipeSignal()
        if arguments == [Array(GuestProcess.mode.utf8)] { return try GuestProcess.serve(description, broker) }
        var secrets = try fetch(description, from: broker)
        var entries = environment.filter {
            name(of: $0) != Array(SecretsDescription.brokerVariable.utf8) && description.environment[text(name(of: $0))] == nil
        }
        do throws(AgentFailure) {
            for (name, resource) in description.environment.sorted(by: { $0.key < $1.key }) {
                let value = secrets[resource] ?? []
                guard !value.contains(0) else {
                    throw AgentFailure(
                        .badData, "the secret \(resource) contains a zero byte, which no variable can hold",
                        next: "take a file for it in the manifest")
                }
                entries.append(Array("\(name)=".utf8) + value)
            }
            try Delivery.write(description.files.compactMapValues { secrets[$0] })
        } catch {
            wipe(&secrets, &entries)
            throw error
        }
        wipe(&secrets)
        pipeSignal.restore()
        if description.hasGuestAPI {
            do throws(AgentFailure) { try GuestProcess.start(broker) } catch {
                wipe(&entries)
                for path in description.files.keys { Files.remove(path) }
                throw error
            }
        }
        let code = Execution.become(arguments, environment: entries)
        wipe(&entries)
        for path in description.files.keys { Files.remove(path) }
        throw AgentFailure(
            code == ENOENT ? .noProgram : .notExecutable, SystemError("execute", text(arguments[0]), code: code).text,
            next: "check entry_point in the manifest")
    }

    // MARK: - What is asked

    private static func description() throws(AgentFailure) -> SecretsDescription {
        do {
            return try SecretsDescription(decoding: try Files.read(SecretsDescription.path, limit: SecretsDescription.maximumSize))
        } catch let error as SystemError {
            throw AgentFailure(.badData, error.text, next: "build the image with cloister build")
        } catch {
            throw AgentFailure(.badData, "\(SecretsDescription.path): \(error)", next: "build the image again with cloister build")
        }
    }

    private static func broker(_ description: SecretsDescription, _ environment: [[UInt8]]) throws(AgentFailure) -> BrokerAddress {
        if description.leavesBrokerToCaller,
            let entry = environment.last(where: { name(of: $0) == Array(SecretsDescription.brokerVariable.utf8) })
        {
            let value = text(Array(entry.dropFirst(SecretsDescription.brokerVariable.utf8.count + 1)))
            guard let address = BrokerAddress(value) else {
                throw AgentFailure(.usage, "\(SecretsDescription.brokerVariable) is not \(BrokerAddress.form)", next: "give --broker at the start")
            }
            return address
        }
        if let broker = description.broker { return broker }
        throw AgentFailure(.usage, "this image has secrets, and no broker is named", next: "give --broker https://HOST:PORT at the start")
    }

    // MARK: - The round

    private static func fetch(_ description: SecretsDescription, from broker: BrokerAddress) throws(AgentFailure) -> [ResourcePath: [UInt8]] {
        let roots = try roots(description)
        let resources = Set(description.files.values).union(description.environment.values).sorted()
        if resources.isEmpty { return [:] }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer {
            // Its thread would only be ended with the others when the program takes over.
            try? group.syncShutdownGracefully()
        }
        let start = ContinuousClock.now
        let patience = Patience(
            elapsed: { ContinuousClock.now - start }, sleep: { usleep(UInt32($0 / .microseconds(1))) },
            report: { Files.say("cloister-agent: waiting: \(AgentFailure.printable($0.message))\n") })
        return try patience.retry { () throws(AgentFailure) in
            let connection = try BrokerConnection(to: broker, trusting: roots, on: group)
            defer { connection.close() }
            return try KeyBrokerRound(connection: connection, broker: broker, evidence: evidence).fetch(resources)
        }
    }

    /// Who may have signed the broker's certificate.
    static func roots(_ description: SecretsDescription) throws(AgentFailure) -> NIOSSLTrustRoots {
        if let authority = description.authority {
            guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)), !certificates.isEmpty else {
                throw AgentFailure(.badData, "broker_ca is not a certificate in PEM form", next: "correct it in the manifest and build again")
            }
            return .certificates(certificates)
        }
        return .default
    }

    static func evidence(_ reportData: [UInt8]) throws(AgentFailure) -> Evidence {
        do throws(SystemError) {
            try Files.overwrite("/dev/attestation/user_report_data", reportData)
            let quote = try Files.read("/dev/attestation/quote", limit: 1 << 20)
            return Evidence(
                quote: quote, collateral: try Files.read("/dev/attestation/collateral", limit: 1 << 20),
                launch: try Files.read("/dev/attestation/launch", limit: 16 << 20))
        } catch {
            let isBusy = [EBUSY, ETIMEDOUT, EAGAIN, EINTR].contains(error.code)
            throw AgentFailure(
                .unavailable, "the platform gives no evidence: \(error.text)",
                next: "check that cloister-platform is installed beside cloister", mayPass: isBusy)
        }
    }

    // MARK: - Bytes

    /// The words of a file in which each ends with zero.
    private static func processText(_ path: String) throws(AgentFailure) -> [[UInt8]] {
        do throws(SystemError) {
            let bytes = try Files.read(path, limit: 16 << 20)
            let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
            return words.last?.isEmpty == true ? words.dropLast() : words
        } catch {
            throw AgentFailure(.badData, error.text, next: "the image needs /proc")
        }
    }

    private static func name(of entry: [UInt8]) -> [UInt8] { Array(entry.prefix { $0 != 0x3D }) }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func wipe(_ secrets: inout [ResourcePath: [UInt8]]) {
        for resource in Array(secrets.keys) { secrets[resource]?.wipe() }
    }

    private static func wipe(_ entries: inout [[UInt8]]) {
        for index in entries.indices { entries[index].wipe() }
    }

    private static func wipe(_ secrets: inout [ResourcePath: [UInt8]], _ entries: inout [[UInt8]]) {
        wipe(&secrets)
        wipe(&entries)
    }
}
