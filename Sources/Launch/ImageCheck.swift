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
            throw LaunchError(error)
        }
        return checked(opened, at: file)
    }

    private static func checked(_ opened: OpenedImage, at path: String) -> CheckedImage {
        var image = CheckedImage(
            path: path, rootHash: opened.statement.rootHash, measurement: opened.measurement, signer: opened.signer,
            settings: opened.settings)
        image.insecureOptions = opened.manifest.settings.insecureOptions
        return image
    }
}

/// Where `cloister build` puts an image, and where `cloister run FOLDER` looks for it.
package enum ImageLocation {
    /// NAME.img beside the manifest; NAME is the manifest's, else the folder's.
    package static func defaultOutput(manifestName: String, folder: String) -> String {
        // A folder may be written with slashes at its end.
        let trimmed = String(folder.reversed().drop { $0 == "/" }.reversed())
        let folder = trimmed.isEmpty ? folder : trimmed
        let last = folder.split(separator: "/").last.map(String.init) ?? "image"
        let name = manifestName.isEmpty ? (last == "." || last == ".." ? "image" : last) : manifestName
        return "\(folder)/\(name).img"
    }

    /// The image that `path` names: itself, or the one built in this folder.
    package static func file(_ path: String) throws(LaunchError) -> String {
        System.isDirectory(path) ? try builtImage(inFolder: path) : path
    }

    /// Whether `path` names an image rather than evidence: a folder, a file that begins like an image, or one called so (which may be damaged).
    package static func isImage(_ path: String) throws(LaunchError) -> Bool {
        if System.isDirectory(path) || path.hasSuffix(".img") { return true }
        guard path != "-" else { return false }
        let start = try System.readFile(path, limit: 8)
        return start.reversed().reduce(0) { $0 << 8 | UInt64($1) } == ImageHeader.magic && start.count == 8
    }

    static func builtImage(inFolder folder: String) throws(LaunchError) -> String {
        let name: String
        do {
            name = try Manifest.load(from: folder).settings.name
        } catch {
            if error.code == .missing {
                throw LaunchError(
                    .notFound, "a folder without a cloister.yaml", at: "folder \(folder)",
                    next: "name an image file, or a folder with a cloister.yaml and its built image")
            }
            throw LaunchError(error)
        }
        let path = defaultOutput(manifestName: name, folder: folder)
        if System.exists(path) { return path }
        throw LaunchError(
            .notFound, "the image is not built yet", at: "image \(path)", next: "build it with cloister build \(folder)")
    }
}
