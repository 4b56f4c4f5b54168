// SPDX-License-Identifier: Apache-2.0
// cloister gdb
import ArgumentParser
import Launch

struct Gdb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gdb",
        abstract: "Attach gdb to an enclave's host process, with the kernel's symbols.",
        discussion: """
            Guest files that the host can see under their own path (--insecure-host-root) are added with their symbols;
            files inside an image are not.

            Example:
              cloister gdb tools
              cloister gdb 4711
            """)

    @Argument(help: "Name of an enclave, or a host process id.")
    var target: String

    @Argument(parsing: .postTerminator, help: "More arguments for gdb.")
    var arguments: [String] = []

    func run() throws {
        let pid = try processID()
        let kernel = try System.readLink("/proc/\(pid)/exe")
        var words = ["gdb", "-q", "-p", "\(pid)"]
        // System calls of guests that are not rewritten yet arrive as SIGSYS, kicks as real-time signals.
        words += ["-ex", "handle SIGSYS nostop noprint pass"]
        for mapping in try GuestMapping.list(of: pid, leavingOut: kernel) {
            words += ["-ex", "add-symbol-file \(mapping.path) -o 0x\(String(mapping.base, radix: 16))"]
        }
        throw System.replaceProcess(words + arguments)
    }

    private func processID() throws -> Int32 {
        if let pid = Int32(target), pid > 1 { return pid }
        let registry = Registry(try StateDirectory(environment: Style.environment))
        return try registry.find(target).pid
    }
}

/// A file of the host that is mapped with code in it.
struct GuestMapping: Equatable {
    let path: String
    let base: UInt64

    static func list(of pid: Int32, leavingOut kernel: String) throws(LaunchError) -> [GuestMapping] {
        let maps = try System.readFile("/proc/\(pid)/maps", limit: 16 << 20)
        return parse(String(decoding: maps, as: UTF8.self), leavingOut: kernel)
    }

    /// From the text of /proc/PID/maps, see proc(5): the lowest mapping of each file that also has an executable one.
    static func parse(_ maps: String, leavingOut kernel: String) -> [GuestMapping] {
        var bases: [String: UInt64] = [:]
        var executable: [String] = []
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count == 6, let start = UInt64(fields[0].prefix { $0 != "-" }, radix: 16) else { continue }
            let path = String(fields[5].drop { $0 == " " })
            guard path.hasPrefix("/"), path != kernel, !path.hasPrefix("/memfd:"), !path.hasPrefix("/dev/"),
                !path.contains(" ")
            else { continue }
            bases[path] = min(bases[path] ?? start, start)
            if fields[1].contains("x"), !executable.contains(path) { executable.append(path) }
        }
        return executable.compactMap { path in bases[path].map { GuestMapping(path: path, base: $0) } }
    }
}
