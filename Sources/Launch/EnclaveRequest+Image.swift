// SPDX-License-Identifier: Apache-2.0
// What an image's manifest decides about a run, and what the caller may still choose.
internal import Formats

extension EnclaveRequest {
    /// A request as the manifest says. `entries` (NAME=value, chosen by the caller) must be variables that it passes on.
    package init(image: CheckedImage, passing entries: [String]) throws(LaunchError) {
        self.init(root: .image(image))
        arguments = image.entryPoint
        workingDirectory = image.workingDirectory
        userID = image.userID
        groupID = image.groupID
        hostname = image.hostname ?? hostname
        mounts = image.mounts
        limits = image.limits
        for entry in entries {
            let name = String(entry.prefix { $0 != "=" })
            let isFixed = image.environment.contains { $0.hasPrefix("\(name)=") }
            guard !isFixed, image.passesWholeEnvironment || image.passedEnvironment.contains(name) else {
                throw LaunchError(
                    .refused, "the image's manifest does not let the caller choose \(name)", at: image.path,
                    next: "add it to environment.passed_through in cloister.yaml and build again")
            }
        }
        environment = entries + image.environment
    }

    /// A folder of the host in an image must be in its measured manifest, so that the identity tells.
    package func refuseUnmeasuredMounts() throws(LaunchError) {
        guard case .image(let image) = root else { return }
        for mount in mounts where mount.kind == .host && !image.mounts.contains(mount) {
            let target = String(decoding: mount.target, as: UTF8.self)
            throw LaunchError(
                .refused, "the image's manifest has no host mount at \(target)", at: image.path,
                next: "add it to insecure_host_mounts in cloister.yaml and build again")
        }
    }
}
