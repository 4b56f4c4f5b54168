// SPDX-License-Identifier: Apache-2.0
// cloister ps
import ArgumentParser
import Formats
import Launch

struct Ps: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps",
        abstract: "List enclaves, or the processes inside one.",
        discussion: """
            Example:
              cloister ps
              cloister ps tools --json
            """)

    @OptionGroup var output: JSONOption

    @Argument(help: "Name of an enclave, to list its processes.")
    var name: String?

    func run() throws {
        let registry = Registry(try StateDirectory(environment: Style.environment))
        if let name {
            try listProcesses(of: try registry.find(name), registry)
        } else {
            try listEnclaves(registry)
        }
    }

    private func listEnclaves(_ registry: Registry) throws {
        let entries = try registry.running()
        if output.json { return print(JSON.array(entries.map(\.json))) }
        var table = Table("NAME", "PID", "UP", "BACKEND", "MEASUREMENT", "INSECURE", "ROOT")
        for entry in entries {
            table.add(
                entry.name, "\(entry.pid)", Duration.text(seconds: System.now() - entry.startedAt), entry.backend,
                entry.measurement.map { String($0.prefix(12)) } ?? "-",
                entry.insecureOptions.isEmpty ? "-" : entry.insecureOptions.joined(separator: ","),
                entry.image ?? "(host)")
        }
        table.print()
    }

    private func listProcesses(of entry: EnclaveEntry, _ registry: Registry) throws {
        let rows = try ProcessQuery.list(in: entry, of: registry)
        if output.json { return print(JSON.array(rows.map(Self.json))) }
        var table = Table("PID", "PPID", "UID", "S", "THREADS", "CPU ms", "RSS kB", "COMMAND")
        for row in rows {
            table.add(
                "\(row.pid)", "\(row.parent)", "\(row.userID)", Self.state(row), "\(row.threads)",
                "\(row.cpuMilliseconds)", "\(row.residentKilobytes)", Self.command(row))
        }
        table.print()
    }

    private static func state(_ row: ProcessRow) -> String { String(Unicode.Scalar(row.state)) }

    /// Control characters in a program's name must not reach the terminal.
    private static func command(_ row: ProcessRow) -> String {
        String(decoding: row.command.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
    }

    private static func json(_ row: ProcessRow) -> JSON {
        .object(
            ("pid", .integer(Int64(row.pid))), ("ppid", .integer(Int64(row.parent))),
            ("pgid", .integer(Int64(row.group))), ("uid", .integer(Int64(row.userID))),
            ("state", .string(state(row))), ("threads", .integer(Int64(row.threads))),
            ("cpu_ms", .integer(Int64(clamping: row.cpuMilliseconds))),
            ("rss_kb", .integer(Int64(clamping: row.residentKilobytes))),
            ("command", .string(String(decoding: row.command, as: UTF8.self))))
    }
}

enum Duration {
    /// "5s", "3m", "2h", "4d".
    static func text(seconds: Int64) -> String {
        switch max(0, seconds) {
        case let value where value < 60: "\(value)s"
        case let value where value < 3600: "\(value / 60)m"
        case let value where value < 86_400: "\(value / 3600)h"
        case let value: "\(value / 86_400)d"
        }
    }
}
