// SPDX-License-Identifier: Apache-2.0
// Aligned columns for people.

struct Table {
    var header: [String]
    var rows: [[String]] = []

    init(_ header: String...) {
        self.header = header
    }

    mutating func add(_ row: String...) {
        rows.append(row)
    }

    /// One line a row; the last column is not padded.
    var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
        }
    }

    func print() {
        for (index, line) in lines.enumerated() { Swift.print(index == 0 ? Style.bold(line, on: 1) : line) }
    }
}
