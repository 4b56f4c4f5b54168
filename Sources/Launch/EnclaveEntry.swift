// SPDX-License-Identifier: Apache-2.0
// What is recorded about one resident enclave, and whether it still runs.
internal import CLaunch

package struct EnclaveEntry: Equatable, Sendable {
    package var name: String
    package var pid: Int32
    /// Start time of the process in clock ticks since boot: tells a reused pid from the recorded one.
    package var startTicks: Int64
    package var startedAt: Int64
    /// Path of the image; nil for the host's root.
    package var image: String?
    package var measurement: String?
    package var signer: String?
    package var backend = "sim"
    package var insecureOptions: [String] = []
    /// The warning about the backend was not printed.
    package var isQuiet = false
    package var command: [String] = []

    package var json: JSON {
        .object(
            ("name", .string(name)), ("pid", .integer(Int64(pid))), ("start_ticks", .integer(startTicks)),
            ("started_at", .integer(startedAt)), ("image", Self.optional(image)),
            ("measurement", Self.optional(measurement)), ("signer", Self.optional(signer)),
            ("backend", .string(backend)), ("insecure", .strings(insecureOptions)), ("quiet", .bool(isQuiet)),
            ("command", .strings(command)))
    }

    private static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

    /// Nil when `json` is no entry.
    init?(_ json: JSON) {
        guard let name = json["name"]?.text, let pid = json["pid"]?.whole, let ticks = json["start_ticks"]?.whole,
            let started = json["started_at"]?.whole, let pid = Int32(exactly: pid), pid > 1
        else { return nil }
        self.init(name: name, pid: pid, startTicks: ticks, startedAt: started)
        image = json["image"]?.text
        measurement = json["measurement"]?.text
        signer = json["signer"]?.text
        backend = json["backend"]?.text ?? "sim"
        insecureOptions = (json["insecure"]?.elements ?? []).compactMap(\.text)
        isQuiet = json["quiet"]?.truth ?? false
        command = (json["command"]?.elements ?? []).compactMap(\.text)
    }

    init(name: String, pid: Int32, startTicks: Int64, startedAt: Int64) {
        self.name = name
        self.pid = pid
        self.startTicks = startTicks
        self.startedAt = startedAt
    }

    /// Whether the recorded process, and not a later one with its number, is alive.
    package var isRunning: Bool { Self.startTicks(of: pid) == startTicks }

    /// Field 22 of /proc/PID/stat; nil when the process is gone or only a zombie. See proc(5).
    static func startTicks(of pid: Int32) -> Int64? {
        guard let bytes = try? System.readFile("/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        // The command name in parentheses may hold spaces and parentheses itself.
        guard let close = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return Int64(fields[19])
    }
}
