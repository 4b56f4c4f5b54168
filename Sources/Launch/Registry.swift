// SPDX-License-Identifier: Apache-2.0
// The list of resident enclaves: adding, finding, and cleaning what a crash left behind.

internal import StrictYAML

package struct Registry: Sendable {
    package let state: StateDirectory

    package init(_ state: StateDirectory) {
        self.state = state
    }

    /// Every running enclave, by name. Folders of ended ones are removed.
    package func running() throws(LaunchError) -> [EnclaveEntry] {
        try state.withLock { () throws(LaunchError) -> [EnclaveEntry] in
            var entries: [EnclaveEntry] = []
            for name in try System.list(state.path) where System.isDirectory(state.folder(name)) {
                if let entry = read(name), entry.isRunning {
                    entries.append(entry)
                } else {
                    try removeFolder(name)
                }
            }
            return entries
        }
    }

    package func find(_ name: String) throws(LaunchError) -> EnclaveEntry {
        try StateDirectory.checkName(name)
        if let entry = read(name), entry.isRunning { return entry }
        let names = try running().map(\.name)
        let next =
            if names.isEmpty {
                "none runs; start one with cloister start --name \(name)"
            } else if let near = nearestName(to: name, among: names) {
                "did you mean '\(near)'? cloister ps lists all"
            } else {
                "cloister ps lists those that run"
            }
        throw LaunchError(.notFound, "no enclave of this name runs", at: "'\(name)'", next: next)
    }

    /// Creates the folder of a new enclave and lets `start` fill it and publish the entry; no file is left when that fails.
    func add(
        _ name: String,
        _ start: (_ folder: String, _ publish: (EnclaveEntry) throws(LaunchError) -> Void) throws(LaunchError) -> EnclaveEntry
    ) throws(LaunchError) -> EnclaveEntry {
        try StateDirectory.checkName(name)
        return try state.withLock { () throws(LaunchError) -> EnclaveEntry in
            let folder = state.folder(name)
            if let entry = read(name), entry.isRunning {
                throw LaunchError(
                    .cannotCreate, "an enclave of this name runs already", at: "'\(name)'",
                    next: "choose another --name, or stop it with cloister stop \(name)")
            }
            try removeFolder(name)
            try System.makeDirectory(folder)
            do throws(LaunchError) {
                return try start(folder) { entry throws(LaunchError) in try write(entry, in: folder) }
            } catch {
                try removeFolder(name)
                throw error
            }
        }
    }

    /// Forgets an enclave that has ended.
    package func remove(_ name: String) throws(LaunchError) {
        try state.withLock { () throws(LaunchError) in
            if read(name)?.isRunning != true { try removeFolder(name) }
        }
    }

    private func read(_ name: String) -> EnclaveEntry? {
        guard let bytes = try? System.readFile("\(state.folder(name))/info.json"),
            let json = try? JSON(parsing: bytes)
        else { return nil }
        return EnclaveEntry(json)
    }

    /// Written beside and renamed, so that a reader never sees half of it.
    private func write(_ entry: EnclaveEntry, in folder: String) throws(LaunchError) {
        let draft = "\(folder)/info.json.new"
        let file = try System.open(draft, flags: Flags.writeOnly | Flags.create | Flags.truncate)
        try System.write(Array("\(entry.json)\n".utf8), to: file.number, name: draft)
        try System.rename(draft, to: "\(folder)/info.json")
    }

    private func removeFolder(_ name: String) throws(LaunchError) {
        let folder = state.folder(name)
        guard System.isDirectory(folder) else { return }
        for file in try System.list(folder) { try System.remove("\(folder)/\(file)") }
        try System.remove(folder)
    }
}
