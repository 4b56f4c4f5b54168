// SPDX-License-Identifier: Apache-2.0
// Finding the kernel's executable.

package enum KernelLocator {
    /// The kernel named by `explicit`, else by CLOISTER_KERNEL in `environment`, else the one installed beside
    /// the command (bin/ in a clone, ../libexec/cloister/ when installed).
    package static func find(explicit: String?, environment: [String: String]) throws(LaunchError) -> String {
        if let path = explicit ?? environment["CLOISTER_KERNEL"], !path.isEmpty {
            if System.isExecutable(path) { return path }
            throw missing(path)
        }
        let candidates = try besideCommand("cloister-kernel")
        for path in candidates where System.isExecutable(path) { return path }
        throw missing(candidates[0])
    }

    static func besideCommand(_ name: String) throws(LaunchError) -> [String] {
        let command = try System.readLink("/proc/self/exe")
        let folder = command.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return ["\(folder)/\(name)", "\(folder)/../libexec/cloister/\(name)"]
    }

    private static func missing(_ path: String) -> LaunchError {
        LaunchError(
            .notFound, "the kernel is missing", at: path, next: "build it with make kernel, or set CLOISTER_KERNEL")
    }
}

/// Finding the program that fetches secrets inside an enclave.
package enum AgentLocator {
    /// The one named by CLOISTER_AGENT, else the one beside the command; nil where it is not installed.
    package static func find(environment: [String: String]) throws(LaunchError) -> String? {
        if let path = environment["CLOISTER_AGENT"], !path.isEmpty { return path }
        return try KernelLocator.besideCommand("cloister-agent").first { System.isExecutable($0) }
    }
}

/// Finding the program that wraps ports inside an enclave.
package enum ShieldLocator {
    /// The one named by CLOISTER_SHIELD, else the one beside the command; nil where it is not installed.
    package static func find(environment: [String: String]) throws(LaunchError) -> String? {
        if let path = environment["CLOISTER_SHIELD"], !path.isEmpty { return path }
        return try KernelLocator.besideCommand("cloister-shield").first { System.isExecutable($0) }
    }
}

/// Finding the program that answers for the platform.
package enum PlatformLocator {
    /// The one named by CLOISTER_PLATFORM, else the one beside the command; nil where it is not installed.
    package static func find(environment: [String: String]) throws(LaunchError) -> String? {
        if let path = environment["CLOISTER_PLATFORM"] { return path.isEmpty ? nil : path }
        return try KernelLocator.besideCommand("cloister-platform").first { System.isExecutable($0) }
    }
}
