// SPDX-License-Identifier: Apache-2.0
// rename(2), which replaces a file in one step; Foundation offers no call that surely does.

internal import Glibc

enum AtomicReplace {
    /// Puts `temporary` in the place of `target`; both are in one folder.
    static func rename(_ temporary: String, to target: String) throws(ImageToolError) {
        // SAFETY: both strings live over the call, which only reads them.
        guard unsafe Glibc.rename(temporary, target) == 0 else {
            throw ImageToolError(.output, "cannot put \(target) in place (errno \(errno))")
        }
    }
}
