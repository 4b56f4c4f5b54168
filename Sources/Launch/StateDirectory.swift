// SPDX-License-Identifier: Apache-2.0
// Where resident enclaves are found: one folder each, readable by this user only.
//
//   <state>/lock                 serialises creation and cleaning
//   <state>/<name>/info.json     what runs (EnclaveEntry)
//   <state>/<name>/exec.sock     the control socket, served by the kernel
//   <state>/<name>/log           standard output and error of the enclave
internal import CLaunch

package struct StateDirectory: Sendable {
    package static let socketName = "exec.sock"
    package let path: String

    /// CLOISTER_STATE, else $XDG_RUNTIME_DIR/cloister, else /run/user/UID/cloister, else /tmp/cloister-UID.
    package init(environment: [String: String]) throws(LaunchError) {
        let user = claunch_user_id()
        if let path = environment["CLOISTER_STATE"], !path.isEmpty {
            self.path = path
        } else if let runtime = environment["XDG_RUNTIME_DIR"], System.isDirectory(runtime) {
            path = "\(runtime)/cloister"
        } else if System.isDirectory("/run/user/\(user)") {
            path = "/run/user/\(user)/cloister"
        } else {
            path = "/tmp/cloister-\(user)"
        }
        try System.makeDirectory(path)
        guard System.isPrivateDirectory(path) else {
            throw LaunchError(
                .refused, "the state folder is open to other users", at: path,
                next: "remove it, or make it yours with mode 0700")
        }
    }

    package func folder(_ name: String) -> String { "\(path)/\(name)" }

    /// Runs `body` while no other command creates or cleans entries.
    func withLock<Value>(_ body: () throws(LaunchError) -> Value) throws(LaunchError) -> Value {
        let lock = try System.open("\(path)/lock", flags: Flags.readWrite | Flags.create)
        _ = try System.check(claunch_lock(lock.number), "lock", "\(path)/lock")
        let value = try body()
        _ = consume lock
        return value
    }

    /// Names are path components and shown in tables: keep them plain.
    package static func checkName(_ name: String) throws(LaunchError) {
        let plain = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0)
                || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
        guard plain, !name.isEmpty, name.utf8.count <= 64, !name.hasPrefix("."), name != "lock" else {
            throw LaunchError(
                .usage, "not a name for an enclave", at: "'\(name)'", next: "use letters, digits, '-', '_' and '.'")
        }
    }
}

/// open(2) flags of x86-64.
package enum Flags {
    package static let readOnly: Int32 = 0
    package static let writeOnly: Int32 = 0o1
    package static let readWrite: Int32 = 0o2
    package static let create: Int32 = 0o100
    package static let exclusive: Int32 = 0o200
    package static let truncate: Int32 = 0o1000
    package static let append: Int32 = 0o2000
}
