// SPDX-License-Identifier: Apache-2.0
internal import CHardening

enum PrivateMemory {
    /// For whatever holds the master key, which a core file would keep on the disk.
    static func require() throws {
        let problem = cloister_keep_memory_private()
        if problem != 0 { throw CommandFailure(.hostFailure, "core files cannot be turned off for this process (errno \(problem))") }
    }
}
