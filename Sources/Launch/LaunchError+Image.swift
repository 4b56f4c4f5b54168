// SPDX-License-Identifier: Apache-2.0
// Errors of the image tools in the command's words and codes.
package import Image

extension LaunchError {
    package init(_ error: ImageToolError) {
        let line = error.line.map { "cloister.yaml line \($0)" }
        self.init(
            error.code.launchCode, error.message, at: error.place ?? line ?? error.code.place,
            next: error.next ?? error.code.next)
    }
}

extension ImageToolError.Code {
    fileprivate var place: String {
        switch self {
        case .manifest: "in the manifest"
        case .input, .missing, .denied: "in the input"
        case .package: "among the Debian packages"
        case .key: "in the key"
        case .image: "in the image"
        case .output, .exists: "in the output"
        }
    }

    fileprivate var launchCode: LaunchError.Code {
        switch self {
        case .manifest, .package, .key: .badData
        case .input, .missing: .notFound
        case .image, .denied: .refused
        case .output, .exists: .cannotCreate
        }
    }

    fileprivate var next: String {
        switch self {
        case .manifest: "docs/manifest.md lists every key"
        case .input, .missing: "check the path in the manifest or on the command line"
        case .denied: "check the permissions of the path"
        case .package: "check the name with apt-cache policy, and run apt-get update"
        case .key: "make one with cloister keys new"
        case .image: "build it again with cloister build"
        case .output: "check the folder and its free space"
        case .exists: "choose another name"
        }
    }
}
