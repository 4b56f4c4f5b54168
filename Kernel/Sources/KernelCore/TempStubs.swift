// SPDX-License-Identifier: Apache-2.0
// Until their owners land.
enum Futexes { static func threadExited(_ t: Thread) {} }
extension Terminal { func adopt(_ p: Process) {} }
