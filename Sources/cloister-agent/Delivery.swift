// SPDX-License-Identifier: Apache-2.0
// Secrets into files: all of them or none.

enum Delivery {
    /// `contents` by path. Drafts stand beside the targets until every one is written.
    static func write(_ contents: [String: [UInt8]]) throws(AgentFailure) {
        var drafts: [(draft: String, target: String)] = []
        var placed: [String] = []
        do throws(SystemError) {
            for (path, bytes) in contents.sorted(by: { $0.key < $1.key }) {
                try Files.makeFolders(above: path)
                let draft = "\(path).\(UInt64.random(in: .min ... .max)).new"
                try Files.create(draft, bytes)
                drafts.append((draft, path))
            }
            for (draft, target) in drafts {
                try Files.rename(draft, to: target)
                placed.append(target)
            }
        } catch {
            for (draft, _) in drafts.dropFirst(placed.count) { Files.remove(draft) }
            for target in placed { Files.remove(target) }
            throw AgentFailure(
                .cannotCreate, "a secret has no place: \(error.text)",
                next: "choose a path in the manifest that the program's user may write to, such as one in a folder of its own")
        }
    }
}
