// SPDX-License-Identifier: Apache-2.0
// Opens an image for a start: refuses one whose header, signature, manifest, tree top or kernel is not as signed.
internal import Formats
internal import Image

package enum ImageCheck {
    /// `path` is an image, or a folder with a cloister.yaml whose image was built beside it.
    package static func open(_ path: String, kernel: String) throws(LaunchError) -> CheckedImage {
        let file = try ImageLocation.file(path)
        let opened: OpenedImage
        do {
            opened = try OpenedImage(path: file, kernel: kernel)
        } catch {
            throw LaunchError(
                System.exists(file) ? .refused : .notFound, reason(error.message, file: file),
                at: "image \(file)", next: "build it again with cloister build, or see cloister verify \(file)")
        }
        return checked(opened, at: file)
    }

    /// The error names the file at its end: no need to say it twice more.
    private static func reason(_ message: String, file: String) -> String {
        message.replacing("image \(file) is refused", with: "refused").replacing("image \(file) is", with: "it is")
            .replacing(" \(file):", with: "")
    }

    private static func checked(_ opened: OpenedImage, at path: String) -> CheckedImage {
        var image = CheckedImage(
            path: path, rootHash: opened.statement.rootHash, measurement: opened.measurement, signer: opened.signer)
        let settings = opened.manifest.settings
        image.entryPoint = settings.entryPoint.map { [$0] + settings.arguments } ?? []
        image.environment = settings.environmentEntries(from: [:])
        image.passedEnvironment = settings.environment.passedThrough
        image.passesWholeEnvironment = settings.insecureHostEnvironment
        image.workingDirectory = settings.workingDirectory
        image.userID = settings.userID
        image.groupID = settings.groupID
        image.hostname = settings.hostname
        image.mounts =
            settings.mounts.map {
                BootConfig.Mount(
                    kind: .temporary, source: [], target: Array($0.target.utf8), isReadOnly: $0.isReadOnly)
            }
            + settings.insecureHostMounts.map {
                BootConfig.Mount(
                    kind: .host, source: Array($0.source.utf8), target: Array($0.target.utf8),
                    isReadOnly: $0.isReadOnly)
            }
        image.limits = BootConfig.Limits(
            memoryBytes: settings.limits.memoryBytes, processes: settings.limits.processes,
            descriptors: settings.limits.descriptors)
        image.insecureOptions = settings.insecureOptions
        return image
    }
}

/// Where `cloister build` puts an image, and where `cloister run FOLDER` looks for it.
package enum ImageLocation {
    /// NAME.img beside the manifest; NAME is the manifest's, else the folder's.
    package static func defaultOutput(manifestName: String, folder: String) -> String {
        let last = folder.split(separator: "/").last.map(String.init) ?? "image"
        let name = manifestName.isEmpty ? (last == "." || last == ".." ? "image" : last) : manifestName
        return "\(folder)/\(name).img"
    }

    /// The image that `path` names: itself, or the one built in this folder.
    package static func file(_ path: String) throws(LaunchError) -> String {
        System.isDirectory(path) ? try builtImage(inFolder: path) : path
    }

    static func builtImage(inFolder folder: String) throws(LaunchError) -> String {
        let name: String
        do {
            name = try Manifest.load(from: folder).settings.name
        } catch {
            throw LaunchError(
                .notFound, error.message, at: folder, next: "name an image file, or a folder with a cloister.yaml")
        }
        let path = defaultOutput(manifestName: name, folder: folder)
        if System.exists(path) { return path }
        throw LaunchError(
            .notFound, "the image is not built yet", at: path, next: "build it with cloister build \(folder)")
    }
}
