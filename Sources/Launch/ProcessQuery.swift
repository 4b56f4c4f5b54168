// SPDX-License-Identifier: Apache-2.0
// The processes inside a resident enclave, as its kernel reports them.
package import Formats

package enum ProcessQuery {
    package static func list(in entry: EnclaveEntry, of registry: Registry) throws(LaunchError) -> [ProcessRow] {
        let channel = try ControlChannel(
            directory: registry.state.folder(entry.name), name: StateDirectory.socketName)
        try channel.send(.processList)
        var rows: [ProcessRow] = []
        while let reply = try channel.receive(withinMilliseconds: 5000) {
            switch reply {
            case .process(let row): rows.append(row)
            case .end: return rows
            default: break
            }
        }
        throw LaunchError(
            .unavailable, "the list is incomplete", at: "enclave '\(entry.name)'",
            next: "see cloister logs \(entry.name)")
    }
}
