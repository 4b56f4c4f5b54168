// SPDX-License-Identifier: Apache-2.0
// The program that answers for the platform. `serve` is started by `cloister run` and `cloister start`; the rest is for people.
import ArgumentParser
import Launch
import PlatformService
import SimulatedPlatform

@main
struct CloisterPlatform: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloister-platform",
        abstract: "Answer enclaves for the platform: evidence and sealing keys.",
        discussion: """
            The simulated platform protects nothing. It is kept in $XDG_DATA_HOME/cloister/platform.

            Example:
              cloister-platform root > simulation-root.pem
            """,
        subcommands: [Serve.self, Root.self])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as PlatformError {
            fail(error.message, code: error.code == .store ? 73 : 65)
        } catch let error as LaunchError {
            fail(error.description, code: error.code.rawValue)
        } catch {
            exit(withError: error)
        }
    }

    private static func fail(_ message: String, code: Int32) -> Never {
        try? System.write(Array("cloister-platform: error: \(message)\n".utf8), to: 2, name: "standard error")
        exit(withError: ExitCode(code))
    }

    static func simulated() throws -> SimulatedPlatform {
        try SimulatedPlatform(folder: SimulatedPlatform.defaultFolder(environment: System.environment()), now: System.now())
    }
}

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer the kernel on descriptor 3 until it ends.", shouldDisplay: false)

    @Argument(help: "sim, tdx or snp.")
    var backend: Backend

    enum Backend: String, ExpressibleByArgument, CaseIterable {
        case sim, tdx, snp
    }

    func run() throws {
        switch backend {
        case .sim:
            var service = PlatformService(SimulatedBackend(try CloisterPlatform.simulated()), socket: 3)
            try service.run()
        case .tdx, .snp:
            let number = try System.readLink("/proc/self")
            var service = PlatformService(TSMBackend(TSMFiles(), prefix: "cloister-\(number)"), socket: 3)
            try service.run()
        }
    }
}

struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the root certificate of the simulated platform of this user.")

    @Flag(help: "The root of its SEV-SNP reports; its keys are made at first use, which takes seconds.")
    var amd = false

    func run() throws {
        let platform = try CloisterPlatform.simulated()
        print(amd ? try platform.amdRootCertificatePEM() : platform.rootCertificatePEM, terminator: "")
    }
}
