// SPDX-License-Identifier: Apache-2.0
//
// The conversation with the launcher and with exec clients (Formats.ControlProtocol).

import Formats
import LinuxABI
import Machine

final class ControlService {
    let config: BootConfig
    var shouldStop = false
    private let streamsFileSystem = Superblock(deviceID: 0x1000, magic: 0x1021_994, typeName: "host")

    init(_ config: BootConfig) {
        self.config = config
    }

    func mainStreams() -> (files: [OpenFile], terminal: Terminal?) {
        let input = HostStream(descriptor: 0, flags: Open.O_RDONLY, superblock: streamsFileSystem)
        let output = HostStream(descriptor: 1, flags: Open.O_WRONLY, superblock: streamsFileSystem)
        let errors = HostStream(descriptor: 2, flags: Open.O_WRONLY, superblock: streamsFileSystem)
        return ([input, output, errors], nil)
    }
    func addPollEntries(_ entries: inout [PollFd]) {}
    func handle(_ entries: [PollFd]) {}
    func finish(code: Int32) {}
}
