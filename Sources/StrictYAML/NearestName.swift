// SPDX-License-Identifier: Apache-2.0
// Suggests the name that a misspelt one was meant to be.

/// The known key that `key` was meant to be; keys are written with underscores and in lower case.
package func nearestKey(to key: String, among known: [String]) -> String? {
    nearestName(to: key.lowercased().replacing("-", with: "_"), among: known)
}

/// The known name with the smallest edit distance, unless even that is too far to be a slip.
package func nearestName(to name: String, among known: [String]) -> String? {
    let written = Array(name.unicodeScalars.prefix(64))
    let ranked = known.map { (key: $0, distance: editDistance(written, Array($0.unicodeScalars))) }
    guard let best = ranked.min(by: { ($0.distance, $0.key) < ($1.distance, $1.key) }) else { return nil }
    return best.distance <= max(2, best.key.count / 2) ? best.key : nil
}

/// Levenshtein distance.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var previous = Array(0...right.count)
    for (row, leftScalar) in left.enumerated() {
        var current = [row + 1]
        for (column, rightScalar) in right.enumerated() {
            let substitution = previous[column] + (leftScalar == rightScalar ? 0 : 1)
            current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
