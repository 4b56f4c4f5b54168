// SPDX-License-Identifier: Apache-2.0
//
// The three lists of host calls are one: the sources, the filter, docs/design/host-interface.md.

import CMachine
import Foundation
import Testing

@Suite("List of host calls")
struct HostInterfaceListTests {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private var admitted: [Int: String] {
        var all: [Int: String] = [:]
        for index in 0..<cm_filter_rule_count() {
            all[Int(cm_filter_rule_number(index))] = unsafe String(cString: cm_filter_rule_name(index))
        }
        return all
    }

    private func sources(_ folder: String, _ ext: String) throws -> [(String, String)] {
        let root = Self.repository.appendingPathComponent(folder)
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == ext }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }

    @Test func `every host call of the Swift sources is admitted`() throws {
        let call = /raw\.(?:call|interruptible|unlocked|sleeping)\(\s*([^,)]*)/
        var seen = 0
        for (name, text) in try sources("Kernel/Sources/KernelCore", "swift") {
            for match in text.matches(of: call) {
                for number in match.1.matches(of: /\b\d+\b/) {
                    let value = try #require(Int(number.0))
                    #expect(admitted[value] != nil, "\(name): host call \(value)")
                    seen += 1
                }
            }
        }
        #expect(seen > 40)
    }

    @Test func `every host call of the C sources after the start is admitted`() throws {
        // These run before the filter is there.
        let early: Set = ["boot.c", "filter.c", "hosted.c"]
        let installsHandlers: Set = ["rt_sigaction"]
        let names = Set(admitted.values)
        for (file, text) in try sources("Kernel/Sources/CMachine", "c") where !early.contains(file) {
            for match in text.matches(of: /cm_(?:early|host)_call\(\s*NR_(\w+)/)
            where !installsHandlers.contains(String(match.1)) {
                #expect(names.contains(String(match.1)), "\(file): \(match.1)")
            }
            for match in text.matches(of: /cm_(?:early|host)_call\(\s*(\d+)/) {
                #expect(admitted[Int(match.1) ?? -1] != nil, "\(file): \(match.1)")
            }
        }
    }

    @Test func `the document lists what the filter admits`() throws {
        let path = Self.repository.appendingPathComponent("docs/design/host-interface.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        var documented: [Int: String] = [:]
        for match in text.matches(of: /(?m)^\| (\d+) \| `(\w+)` \| [^|]+ \| [^|]+ \|$/) {
            documented[try #require(Int(match.1))] = String(match.2)
        }
        let missing = admitted.filter { documented[$0.key] != $0.value }
        let extra = documented.filter { admitted[$0.key] != $0.value }
        #expect(missing.isEmpty, "not in the document: \(missing)")
        #expect(extra.isEmpty, "not in the filter: \(extra)")
    }
}
