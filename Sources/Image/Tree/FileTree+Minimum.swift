// SPDX-License-Identifier: Apache-2.0
// What every image has, whatever its manifest says: mount points and the few files libc looks for.

extension FileTree {
    /// Goes in first: the merged /usr of Debian 12, so that package files listed under /bin land in /usr/bin.
    func addSkeleton() throws(ImageToolError) {
        for (path, mode) in Self.directories { try addDirectory(path, mode: mode, origin: "cloister") }
        for name in ["bin", "sbin", "lib", "lib64"] {
            try add("/" + name, .link("usr/" + name), mode: 0o777, origin: "cloister")
        }
    }

    /// Goes in last: only what no package and no rule supplied.
    func addMissingDefaults(hostname: String) throws(ImageToolError) {
        var files = Self.files
        files["/etc/hostname"] = hostname + "\n"
        files["/etc/hosts"] = """
            127.0.0.1 localhost \(hostname)
            ::1 localhost ip6-localhost ip6-loopback

            """
        for (path, text) in files.sorted(by: { $0.key < $1.key }) where !contains(path) {
            try add(path, .file(.bytes(Array(text.utf8))), mode: 0o644, origin: "cloister")
        }
    }

    private static let directories: [(String, UInt32)] = [
        ("/dev", 0o755), ("/etc", 0o755), ("/home", 0o755), ("/proc", 0o555), ("/root", 0o700), ("/run", 0o755),
        ("/sys", 0o555), ("/tmp", 0o1777), ("/usr/bin", 0o755), ("/usr/sbin", 0o755), ("/usr/lib", 0o755),
        ("/usr/lib64", 0o755), ("/usr/local/bin", 0o755), ("/var/tmp", 0o1777),
    ]

    private static let files: [String: String] = [
        "/etc/passwd": """
        root:x:0:0:root:/root:/bin/sh
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

        """,
        "/etc/group": """
        root:x:0:
        daemon:x:1:
        tty:x:5:
        nogroup:x:65534:

        """,
        "/etc/nsswitch.conf": """
        passwd: files
        group: files
        shadow: files
        hosts: files dns
        networks: files
        protocols: files
        services: files

        """,
    ]
}
