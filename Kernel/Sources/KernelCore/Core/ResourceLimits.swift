// SPDX-License-Identifier: Apache-2.0
//
// getrlimit(2): soft and hard limits of a process.

import LinuxABI

public struct ResourceLimits {
    private var values: [Rlimit64]
    public init() {
        let infinity = ResourceLimit.RLIM_INFINITY
        values = Array(repeating: Rlimit64(rlim_cur: infinity, rlim_max: infinity), count: Int(Resource.RLIM_NLIMITS))
        self[Resource.RLIMIT_STACK] = Rlimit64(rlim_cur: 8 << 20, rlim_max: infinity)
        self[Resource.RLIMIT_CORE] = Rlimit64(rlim_cur: 0, rlim_max: infinity)
        self[Resource.RLIMIT_NOFILE] = Rlimit64(rlim_cur: 1024, rlim_max: 1_048_576)
        self[Resource.RLIMIT_MEMLOCK] = Rlimit64(rlim_cur: 8 << 20, rlim_max: 8 << 20)
        self[Resource.RLIMIT_SIGPENDING] = Rlimit64(rlim_cur: 32_768, rlim_max: 32_768)
        self[Resource.RLIMIT_MSGQUEUE] = Rlimit64(rlim_cur: 819_200, rlim_max: 819_200)
        self[Resource.RLIMIT_NICE] = Rlimit64(rlim_cur: 0, rlim_max: 0)
        self[Resource.RLIMIT_RTPRIO] = Rlimit64(rlim_cur: 0, rlim_max: 0)
    }
    public subscript(_ resource: Int32) -> Rlimit64 {
        get { resource >= 0 && resource < Resource.RLIM_NLIMITS ? values[Int(resource)] : Rlimit64() }
        set { if resource >= 0 && resource < Resource.RLIM_NLIMITS { values[Int(resource)] = newValue } }
    }
    public func current(_ resource: Int32) -> UInt64 { self[resource].rlim_cur }
    public var openFiles: Int { Int(min(current(Resource.RLIMIT_NOFILE), 1_048_576)) }
}
