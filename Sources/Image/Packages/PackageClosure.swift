// SPDX-License-Identifier: Apache-2.0
// From package names to everything they need: dependencies of dependencies, installed or downloaded.

/// A package and where its files are.
struct PackageSource: Sendable {
    enum Location: Sendable {
        case installed
        /// Unpacked below this folder.
        case unpacked(String)
    }

    var package: DebianPackage
    var location: Location
}

struct PackageClosure {
    let database: PackageDatabase
    /// Fetches a package that is not installed; nil forbids it.
    let download: ((String) throws(ImageToolError) -> PackageSource)?

    /// The closure sorted by name. Recommends and Suggests are left out: an image holds what is needed.
    func resolve(_ names: [String]) throws(ImageToolError) -> [PackageSource] {
        var found: [String: PackageSource] = [:]
        var provided: Set<String> = []
        var queue = names.map { (wanted: [$0], by: "packages") }[...]
        while let next = queue.popFirst() {
            if next.wanted.contains(where: { found[$0] != nil || provided.contains($0) }) { continue }
            let source = try pick(next.wanted, neededBy: next.by)
            guard found[source.package.name] == nil else { continue }
            found[source.package.name] = source
            provided.formUnion(source.package.provides)
            queue += source.package.dependencies.map { (wanted: $0, by: source.package.name) }
        }
        return found.values.sorted { $0.package.name < $1.package.name }
    }

    /// The first alternative that is installed, else the first that can be fetched.
    private func pick(_ alternatives: [String], neededBy user: String) throws(ImageToolError) -> PackageSource {
        for name in alternatives {
            if let package = database.package(name) { return PackageSource(package: package, location: .installed) }
        }
        for name in alternatives {
            if let package = database.provider(of: name) {
                return PackageSource(package: package, location: .installed)
            }
        }
        let listed = alternatives.joined(separator: " | ")
        guard let download else {
            throw ImageToolError(.package, "package \(listed) (needed by \(user)) is not installed")
        }
        var reasons: [String] = []
        for name in alternatives {
            do throws(ImageToolError) {
                return try download(name)
            } catch {
                reasons.append(error.message)
            }
        }
        let reason = reasons.joined(separator: "; ")
        throw ImageToolError(.package, "package \(listed) (needed by \(user)) is not installed: \(reason)")
    }
}
