// SPDX-License-Identifier: Apache-2.0
// The last block of an image file: what its measurement consists of and who signed it.
//
// The three hashes are here, under the signature, so that a difference can be named: not only "the signature does not
// fit" but which of kernel, manifest and root is another one.

/// The three hashes that make a measurement.
public struct MeasuredStatement: Sendable, Equatable {
    /// SHA-384 of the kernel executable this image was built for.
    public var kernelHash: [UInt8]
    /// SHA-384 of the manifest bytes in the image.
    public var manifestHash: [UInt8]
    public var rootHash: Digest256

    public init(kernelHash: [UInt8], manifestHash: [UInt8], rootHash: Digest256) {
        self.kernelHash = kernelHash
        self.manifestHash = manifestHash
        self.rootHash = rootHash
    }

    /// The SHA-384 of this is the measurement.
    public var measurementPreimage: [UInt8] {
        ImageFormat.measurementPreimage(kernelHash: kernelHash, manifestHash: manifestHash, rootHash: rootHash)
    }
}

public struct SignatureBlock: Sendable, Equatable {
    public enum Algorithm: UInt16, Sendable {
        case ed25519 = 1
        case ecdsaP256SHA256 = 2
    }

    /// "CLOISTRS"
    static let magic: UInt64 = 0x5352_5453_494F_4C43
    static let maximumKeySize = 256
    static let maximumSignatureSize = 256

    public var statement: MeasuredStatement
    public var algorithm: Algorithm
    /// DER SubjectPublicKeyInfo; its SHA-256 is the signer.
    public var publicKey: [UInt8]
    /// 64 bytes, r and s for P-256.
    public var signature: [UInt8]

    public init(statement: MeasuredStatement, algorithm: Algorithm, publicKey: [UInt8], signature: [UInt8]) {
        self.statement = statement
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.signature = signature
    }

    /// One block.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(Self.magic)
        writer.u16(algorithm.rawValue)
        writer.u16(0)
        writer.raw(statement.kernelHash)
        writer.raw(statement.manifestHash)
        writer.raw(statement.rootHash.bytes)
        writer.string(publicKey)
        writer.string(signature)
        writer.pad(to: ImageFormat.blockSize)
        return writer.bytes
    }

    public init(decoding block: [UInt8]) throws(ImageError) {
        guard block.count == ImageFormat.blockSize, block.u64(at: 0) == Self.magic,
            let algorithm = Algorithm(rawValue: block.u16(at: 8))
        else { throw .badSignatureBlock }
        let (kernelStart, manifestStart, rootStart, keyStart) = (12, 60, 108, 144)
        guard let rootHash = Digest256(block, at: rootStart) else { throw .badSignatureBlock }
        let keySize = Int(block.u32(at: keyStart - 4))
        guard keySize <= Self.maximumKeySize else { throw .badSignatureBlock }
        let signatureSize = Int(block.u32(at: keyStart + keySize))
        guard signatureSize <= Self.maximumSignatureSize else { throw .badSignatureBlock }
        let signatureStart = keyStart + keySize + 4
        self.init(
            statement: MeasuredStatement(
                kernelHash: Array(block[kernelStart..<manifestStart]),
                manifestHash: Array(block[manifestStart..<rootStart]), rootHash: rootHash),
            algorithm: algorithm, publicKey: Array(block[keyStart..<keyStart + keySize]),
            signature: Array(block[signatureStart..<signatureStart + signatureSize]))
        // Padding and reserved bytes are zero: one signature block has one encoding.
        guard encoded() == block else { throw .badSignatureBlock }
    }
}
