// SPDX-License-Identifier: Apache-2.0
// The last block of an image file: who signed its measurement.

public struct SignatureBlock: Sendable, Equatable {
    public enum Algorithm: UInt16, Sendable {
        case ed25519 = 1
        case ecdsaP256SHA256 = 2
    }

    /// "CLOISTRS"
    static let magic: UInt64 = 0x5352_5453_494F_4C43
    static let maximumKeySize = 256
    static let maximumSignatureSize = 256

    public var algorithm: Algorithm
    /// DER SubjectPublicKeyInfo; its SHA-256 is the signer.
    public var publicKey: [UInt8]
    /// 64 bytes, r and s for P-256.
    public var signature: [UInt8]

    public init(algorithm: Algorithm, publicKey: [UInt8], signature: [UInt8]) {
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
        writer.string(publicKey)
        writer.string(signature)
        writer.pad(to: ImageFormat.blockSize)
        return writer.bytes
    }

    public init(decoding block: [UInt8]) throws(ImageError) {
        guard block.count == ImageFormat.blockSize, block.u64(at: 0) == Self.magic,
            let algorithm = Algorithm(rawValue: block.u16(at: 8))
        else { throw .badSignatureBlock }
        let keySize = Int(block.u32(at: 12))
        guard keySize <= Self.maximumKeySize else { throw .badSignatureBlock }
        let signatureSize = Int(block.u32(at: 16 + keySize))
        guard signatureSize <= Self.maximumSignatureSize else { throw .badSignatureBlock }
        let signatureStart = 20 + keySize
        self.init(
            algorithm: algorithm, publicKey: Array(block[16..<16 + keySize]),
            signature: Array(block[signatureStart..<signatureStart + signatureSize]))
        guard encoded() == block else { throw .badSignatureBlock }
    }
}
