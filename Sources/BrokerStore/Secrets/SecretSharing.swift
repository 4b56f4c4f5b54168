// SPDX-License-Identifier: Apache-2.0
// Shamir's secret sharing over GF(256), byte by byte: k shares give the secret, k - 1 tell nothing about it.

package enum SecretSharing {
    package struct Share: Sendable, Equatable {
        /// Where the polynomials were evaluated: 1 to 255.
        package var index: UInt8
        package var values: [UInt8]

        package init(index: UInt8, values: [UInt8]) {
            self.index = index
            self.values = values
        }
    }

    package enum Problem: Error, Equatable {
        /// 1 <= threshold <= count <= 255 does not hold.
        case badCounts
        /// Fewer shares than asked for, two of one index, index 0, or of different lengths.
        case badShares
    }

    package static func split(
        _ secret: [UInt8], threshold: Int, count: Int, using generator: inout some RandomNumberGenerator
    ) throws(Problem) -> [Share] {
        guard threshold >= 1, threshold <= count, count <= 255 else { throw .badCounts }
        var shares = (1...count).map { Share(index: UInt8($0), values: []) }
        for byte in secret {
            // The constant term is the secret; the others are random, the highest may be zero as well.
            var coefficients = [byte]
            for _ in 1..<threshold { coefficients.append(UInt8.random(in: 0...255, using: &generator)) }
            for position in shares.indices {
                let x = shares[position].index
                shares[position].values.append(coefficients.reversed().reduce(0) { GF256.multiply($0, x) ^ $1 })
            }
            wipe(&coefficients)
        }
        return shares
    }

    package static func combine(_ shares: [Share]) throws(Problem) -> [UInt8] {
        guard let first = shares.first, Set(shares.map(\.index)).count == shares.count,
            shares.allSatisfy({ $0.index != 0 && $0.values.count == first.values.count })
        else { throw .badShares }
        var secret = [UInt8](repeating: 0, count: first.values.count)
        for share in shares {
            // Lagrange's basis at 0; subtraction is addition in this field.
            var basis: UInt8 = 1
            for other in shares where other.index != share.index {
                basis = GF256.multiply(basis, GF256.multiply(other.index, GF256.inverse(other.index ^ share.index)))
            }
            for position in secret.indices { secret[position] ^= GF256.multiply(share.values[position], basis) }
        }
        return secret
    }
}

/// Overwrites bytes that were secret. Not inlined, so that the writes are not found to be useless.
@inline(never)
package func wipe(_ bytes: inout [UInt8]) {
    for index in bytes.indices { bytes[index] = 0 }
}
