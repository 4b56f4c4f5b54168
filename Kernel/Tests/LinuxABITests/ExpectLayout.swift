// SPDX-License-Identifier: Apache-2.0
//
// Compares a Swift structure with what CLinuxLayout says about its C twin.

import Testing

/// Checks size, stride and offsets; a field that C has and `fields` lacks is a failure too.
func expectLayout<Structure: BitwiseCopyable>(
    _: Structure.Type,
    _ layout: (Int32) -> Int,
    _ fields: [PartialKeyPath<Structure>],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(MemoryLayout<Structure>.size == layout(0), "size", sourceLocation: sourceLocation)
    #expect(MemoryLayout<Structure>.stride == layout(0), "stride", sourceLocation: sourceLocation)
    for (index, field) in fields.enumerated() {
        #expect(
            MemoryLayout<Structure>.offset(of: field) == layout(Int32(index + 1)),
            "offset of \(field)",
            sourceLocation: sourceLocation
        )
    }
    #expect(layout(Int32(fields.count + 1)) == -1, "number of fields", sourceLocation: sourceLocation)
}
