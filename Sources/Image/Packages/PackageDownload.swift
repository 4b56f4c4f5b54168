// SPDX-License-Identifier: Apache-2.0
// Fetches and unpacks a Debian package that is not installed, without installing it.

internal import Foundation

struct PackageDownload {
    /// Kept between builds.
    let folder: String

    func fetch(_ name: String) throws(ImageToolError) -> PackageSource {
        let work = folder + "/" + name
        if let ready = unpacked(in: work) { return ready }
        try makeEmptyFolder(work)
        try Command.run("apt-get", ["download", name], in: work)
        guard let archive = try HostFile.names(in: work).first(where: { $0.hasSuffix(".deb") }) else {
            throw ImageToolError(.package, "apt-get download \(name) gave no package")
        }
        return try unpack(work + "/" + archive, name: name)
    }

    func unpack(_ archive: String, name: String) throws(ImageToolError) -> PackageSource {
        let files = FileManager.default
        let work = folder + "/" + name
        if !files.fileExists(atPath: work) { try makeEmptyFolder(work) }
        // Into a name of its own first, so that an interrupted run is not taken for a complete one.
        try Command.run("dpkg-deb", ["-x", archive, "tree.part"], in: work)
        let control = try Command.run("dpkg-deb", ["-f", archive], in: work)
        guard files.createFile(atPath: work + "/control", contents: Data(control.utf8)),
            (try? files.moveItem(atPath: work + "/tree.part", toPath: work + "/tree")) != nil,
            let source = unpacked(in: work)
        else { throw ImageToolError(.package, "cannot unpack \(archive)") }
        return source
    }

    private func makeEmptyFolder(_ path: String) throws(ImageToolError) {
        try? FileManager.default.removeItem(atPath: path)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ImageToolError(.output, "cannot create \(path)")
        }
    }

    private func unpacked(in work: String) -> PackageSource? {
        guard FileManager.default.fileExists(atPath: work + "/tree"),
            let data = FileManager.default.contents(atPath: work + "/control")
        else { return nil }
        return PackageDatabase.paragraphs(String(decoding: data, as: UTF8.self)).first
            .flatMap(DebianPackage.init)
            .map { PackageSource(package: $0, location: .unpacked(work + "/tree")) }
    }
}

enum Command {
    /// Runs a program found on PATH and returns its output; a failure carries the last line it printed.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], in folder: String
    ) throws(ImageToolError) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let data: Data
        do {
            try process.run()
            data = try output.fileHandleForReading.readToEnd() ?? Data()
        } catch {
            throw ImageToolError(.package, "cannot run \(program)")
        }
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else {
            let last = text.split(separator: "\n").last.map { ": \($0)" } ?? ""
            throw ImageToolError(.package, "\(program) \(arguments.joined(separator: " ")) failed\(last)")
        }
        return text
    }
}
