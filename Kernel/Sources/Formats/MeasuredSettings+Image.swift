// SPDX-License-Identifier: Apache-2.0
// The way from the measurement, which is all that an identity states, to the settings that rule a run.

/// SHA-384, supplied by the kernel's or the host tools' crypto library.
public protocol SHA384Function {
    func hash384(_ bytes: [UInt8]) -> [UInt8]
}

extension MeasuredSettings {
    /// Reads signature block and manifest of an image and follows the hashes: measurement, then manifest and root. Each that the
    /// launcher or the file gives and that does not fit is refused by its name.
    ///
    /// The signature itself is not checked here: the measurement is what the identity states, and only hardware can say who signed.
    public init(
        source: some FileBlocks, hash: some SHA256Function & SHA384Function, reference: BootConfig.ImageReference
    ) throws(ImageError) {
        let header = try ImageHeader(decoding: try source.readFileBlock(0))
        let signature = try SignatureBlock(decoding: try source.readFileBlock(header.signatureBlock))
        let statement = signature.statement
        guard hash.hash384(statement.measurementPreimage) == reference.measurement else { throw .measurementMismatch }
        guard statement.rootHash == reference.rootHash else { throw .rootMismatch }
        guard hash.hash(signature.publicKey) == reference.signer else { throw .signerMismatch }
        var manifest: [UInt8] = []
        for block in header.manifestBlock..<header.rootBlock {
            let bytes = try source.readFileBlock(block)
            guard bytes.count == ImageFormat.blockSize else { throw .unreadable(block: block) }
            manifest += bytes
        }
        // The header's word for the size is checked by the hash, as the bytes are.
        manifest.removeLast(manifest.count - Int(header.manifestSize))
        guard hash.hash384(manifest) == statement.manifestHash else { throw .manifestMismatch }
        try self.init(decoding: manifest)
    }
}
