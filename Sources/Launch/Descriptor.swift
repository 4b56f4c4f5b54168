// SPDX-License-Identifier: Apache-2.0
// An open descriptor with one owner, closed when the owner goes.
internal import CLaunch

package struct Descriptor: ~Copyable {
    package let number: Int32

    /// Takes ownership of an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    deinit {
        claunch_close(number)
    }

    /// A second descriptor of the same open file, closed on exec.
    package func duplicate() throws(LaunchError) -> Descriptor {
        try Descriptor.duplicate(of: number)
    }

    package static func duplicate(of number: Int32) throws(LaunchError) -> Descriptor {
        Descriptor(owning: try System.check(claunch_duplicate(number), "duplicate", "descriptor \(number)"))
    }
}
