// SPDX-License-Identifier: Apache-2.0
//
// The image's root as a lower layer.

import Formats
import LinuxABI
import Machine

enum ImageRoot {
    static func open(_ image: BootConfig.ImageReference) throws(BootError) -> RamDirectory { throw .noRoot }
}
