// SPDX-License-Identifier: Apache-2.0
// Until their owners land.
import LinuxABI
import Machine
enum Futexes { static func threadExited(_ t: Thread) {} }
enum Files {
    static func openForExec(
        _ t: Thread, _ path: [UInt8], directory: Int32 = -100, emptyPath: Bool = false, noFollow: Bool = false
    ) throws(Errno) -> OpenFile { throw .ENOENT }
}
import Formats
extension Files { static func resolveDirectory(_ t: Thread, _ path: [UInt8]) throws(Errno) -> Location { throw .ENOENT } }
enum FileSystems { static func setUp(_ c: BootConfig) throws(Errno) -> Location { throw .ENOENT } }
extension Terminal { func adopt(_ p: Process) {} }
