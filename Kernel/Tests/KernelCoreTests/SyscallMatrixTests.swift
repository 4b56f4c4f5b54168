// SPDX-License-Identifier: Apache-2.0
//
// docs/syscalls.md is the table of system calls as text. `CLOISTER_WRITE_DOCS=1 make test-kernel` writes it anew.

import Foundation
import LinuxABI
import Testing

@testable import KernelCore

@Suite("Support matrix of system calls")
struct SyscallMatrixTests {
    private static let path = HostInterfaceListTests.repository.appendingPathComponent("docs/syscalls.md")

    private func matrix() -> String {
        let entries = AllFamilies.table().entries
        var lines: [String] = []
        var counts = [0, 0, 0, 0]
        for number in Array(0...SyscallNumber.lastBeforeGap) + Array(SyscallNumber.firstShared..<SyscallNumber.limit) {
            let name = SyscallName.name(of: number)?.description ?? "?"
            guard let entry = entries[number] else {
                counts[3] += 1
                lines.append("| \(number) | `\(name)` | absent | ENOSYS, reported once |")
                continue
            }
            let word: String
            switch entry.support {
            case .full: word = "full"
            case .partial: word = "partial"
            case .refused: word = "refused"
            }
            counts[Int(entry.support.rawValue)] += 1
            lines.append("| \(number) | `\(name)` | \(word) | \(entry.note.description) |")
        }
        return """
            # System calls

            What the kernel does with each system call of Linux on x86-64 (numbers up to \(SyscallNumber.limit - 1)). Generated from the kernel's table by
            `CLOISTER_WRITE_DOCS=1 make test-kernel`; a test fails when it is out of date.

            - **full** (\(counts[0])): as Linux, as far as programs can tell.
            - **partial** (\(counts[1])): with the difference named.
            - **refused** (\(counts[2])): a fixed error on purpose.
            - **absent** (\(counts[3])): not implemented; the first use is reported on the enclave's standard error.

            | number | call | support | remark |
            |---|---|---|---|

            """ + lines.joined(separator: "\n") + "\n"
    }

    @Test func `the document is current`() throws {
        let text = matrix()
        if ProcessInfo.processInfo.environment["CLOISTER_WRITE_DOCS"] != nil {
            try text.write(to: Self.path, atomically: true, encoding: .utf8)
        }
        let found = try? String(contentsOf: Self.path, encoding: .utf8)
        #expect(found == text, "docs/syscalls.md is out of date: CLOISTER_WRITE_DOCS=1 make test-kernel")
    }

    @Test func `what is partial or refused says why`() {
        for entry in AllFamilies.table().entries.compactMap({ $0 }) where entry.support != .full {
            #expect(!entry.note.description.isEmpty, "call \(entry.number)")
        }
    }
}
