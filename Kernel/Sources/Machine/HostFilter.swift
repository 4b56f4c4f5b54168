// SPDX-License-Identifier: Apache-2.0
//
// The seccomp filter that admits only the kernel's own host calls (CMachine/filter.c).

import CMachine

extension Machine {
    /// Restricts the running process and all its children for ever. To be called by the supervisor before it starts the first
    /// guest process. Returns the host's errno, 0 on success.
    public static func installFilter() -> Int32 { -cm_install_filter() }
}
