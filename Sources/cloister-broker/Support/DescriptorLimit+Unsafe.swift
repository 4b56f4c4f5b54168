// SPDX-License-Identifier: Apache-2.0
import Glibc

enum DescriptorLimit {
    /// As many open files as the system allows this process: each connection is one.
    static func raise() {
        var limit = rlimit()
        // SAFETY: both calls only read or write the one structure whose address they get.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
