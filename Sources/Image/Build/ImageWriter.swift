// SPDX-License-Identifier: Apache-2.0
// Writes the image file under a temporary name and puts it in place when it is complete.

internal import Formats
internal import Foundation

struct ImageWriter {
    let header: ImageHeader
    let manifest: [UInt8]
    let layout: RootLayout
    let tree: MerkleTree
    let signature: SignatureBlock
    let progress: @Sendable (BuildProgress) -> Void

    func write(to output: String) throws(ImageToolError) {
        let files = FileManager.default
        removeLeftovers(of: output)
        let temporary = output + ".part-\(ProcessInfo.processInfo.processIdentifier)"
        guard files.createFile(atPath: temporary, contents: nil), let file = FileHandle(forWritingAtPath: temporary)
        else { throw ImageToolError(.output, "cannot write \(temporary)") }
        do {
            try writeParts(to: file)
            try file.synchronize()
            try file.close()
            try AtomicReplace.rename(temporary, to: output)
        } catch {
            try? file.close()
            try? files.removeItem(atPath: temporary)
            if let known = error as? ImageToolError { throw known }
            throw ImageToolError(.output, "cannot write \(output): \(error.localizedDescription)")
        }
    }

    private func writeParts(to file: FileHandle) throws {
        try file.write(contentsOf: Data(header.encoded()))
        try file.write(contentsOf: padded(Data(manifest)))
        try file.write(contentsOf: Data(layout.metadata))
        let total = (layout.blockCount - UInt64(layout.metadata.count / ImageFormat.blockSize)) * 4096
        var completed: UInt64 = 0
        for segment in layout.segments {
            try write(segment, to: file)
            completed += ImageFormat.blocks(forBytes: segment.hashed.size) * 4096
            progress(BuildProgress(phase: .writing, completed: completed, total: total))
        }
        try file.write(contentsOf: Data(tree.nodes))
        try file.write(contentsOf: Data(signature.encoded()))
    }

    /// Copies one content. What is written must be what was hashed, or the image would refuse itself later.
    private func write(_ segment: RootLayout.Segment, to file: FileHandle) throws {
        switch segment.content {
        case .bytes(let bytes): try file.write(contentsOf: padded(Data(bytes)))
        case .host(let path):
            let before = HostFile(path)
            guard let source = FileHandle(forReadingAtPath: path) else {
                throw ImageToolError(.input, "cannot read \(path)")
            }
            defer { try? source.close() }
            var size: UInt64 = 0
            while let chunk = try source.read(upToCount: 1 << 20), !chunk.isEmpty {
                size += UInt64(chunk.count)
                try file.write(contentsOf: size < segment.hashed.size ? chunk : padded(chunk))
                guard size <= segment.hashed.size else { break }
            }
            guard size == segment.hashed.size, before == HostFile(path) else {
                throw ImageToolError(.input, "\(path) changed while the image was built")
            }
        }
    }

    /// Removes what builds left that were killed: their process is gone.
    private func removeLeftovers(of output: String) {
        let target = URL(fileURLWithPath: output)
        let folder = target.deletingLastPathComponent().path
        let prefix = target.lastPathComponent + ".part-"
        for name in (try? HostFile.names(in: folder)) ?? [] where name.hasPrefix(prefix) {
            guard let process = Int32(name.dropFirst(prefix.count)), HostFile("/proc/\(process)") == nil else {
                continue
            }
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    private func padded(_ data: Data) -> Data {
        let ragged = data.count % ImageFormat.blockSize
        return ragged == 0 ? data : data + Data(count: ImageFormat.blockSize - ragged)
    }
}
