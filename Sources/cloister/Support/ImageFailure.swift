// SPDX-License-Identifier: Apache-2.0
// Errors of the image tools in the command's words and codes.
import Image
import Launch

extension LaunchError {
    init(_ error: ImageToolError) {
        let place = error.line.map { "cloister.yaml line \($0)" } ?? error.code.place
        self.init(error.code.launchCode, error.message, at: place, next: error.code.next)
    }
}

extension ImageToolError.Code {
    fileprivate var place: String {
        switch self {
        case .manifest: "in the manifest"
        case .input: "in the input"
        case .package: "among the Debian packages"
        case .key: "in the key"
        case .image: "in the image"
        case .output: "in the output"
        }
    }

    fileprivate var launchCode: LaunchError.Code {
        switch self {
        case .manifest, .package, .key: .badData
        case .input: .notFound
        case .image: .refused
        case .output: .cannotCreate
        }
    }

    fileprivate var next: String {
        switch self {
        case .manifest: "docs/manifest.md lists every key"
        case .input: "check the path in the manifest or on the command line"
        case .package: "check the name with apt-cache policy, and run apt-get update"
        case .key: "make one with cloister keys new"
        case .image: "build it again with cloister build"
        case .output: "check the folder and its free space"
        }
    }
}
