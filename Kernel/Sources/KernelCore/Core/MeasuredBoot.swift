// SPDX-License-Identifier: Apache-2.0
//
// The launcher is the host. For an image, the measured manifest decides what it may ask for: at the start and with every exec.

import Formats
import LinuxABI
import Machine

enum MeasuredBoot {
    /// The settings in the image that `asked` names, verified up to its measurement; nil on the host's own root.
    static func settings(_ host: Host, _ asked: BootConfig) throws(BootError) -> MeasuredSettings? {
        guard let image = asked.image else { return nil }
        guard Hashing.works else { throw .hashing }
        do throws(ImageError) {
            return try MeasuredSettings(
                source: ImageFile(host, descriptor: image.descriptor), hash: KernelHash(), reference: image)
        } catch { throw .image(error) }
    }

    static func checked(_ asked: BootConfig, _ measured: MeasuredSettings?) throws(BootError) -> BootConfig {
        guard let measured else { return asked }
        do throws(RunRefusal) { return try measured.applied(to: asked) } catch { throw .refused(error) }
    }

    /// The environment of a program that an exec client asks for, when it may ask for it at all: the enclave's own, and what the
    /// client sets instead or beside it.
    static func environment(of exec: ExecRequest, in workingDirectory: [UInt8]) throws(RunRefusal) -> [[UInt8]] {
        var chosen = exec.environment
        if let measured = kernel.measured {
            try measured.checkProgram(exec.arguments)
            try measured.checkWorkingDirectory(workingDirectory)
            chosen = try measured.environment(from: exec.environment, hasTerminal: exec.terminal != nil)
        }
        let inherited = kernel.config.environment.filter { entry in
            let name = entry.prefix { $0 != 0x3d }
            return !chosen.contains { $0.prefix { $0 != 0x3d } == name }
        }
        return inherited + chosen
    }
}
