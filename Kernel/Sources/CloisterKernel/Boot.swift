// SPDX-License-Identifier: Apache-2.0
//
// From the first Swift instruction to the first program (docs/design/machine.md, "Boot").

import Formats
import KernelCore
import Machine

@c(cloister_main) public func cloisterMain() {
    Machine.lock()
    let exitCode = Boot.run()
    Machine.exitHostProcess(exitCode)
}

enum Boot {
    /// Exit code for a configuration or image that cannot be started.
    static let refused: Int32 = 125

    static func run() -> Int32 {
        let host = Host(RawHost())
        let config: BootConfig
        switch BootInput.read(host) {
        case .success(let value): config = value
        case .failure(let message):
            Machine.print("cloister-kernel: ")
            Machine.print(message)
            Machine.print("\n")
            return refused
        }
        return Startup.start(host, config)
    }
}
