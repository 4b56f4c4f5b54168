// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Image

/// A small Debian tree below a workbench: tool -> (libx | liby), libx-virtual; plus alternatives and a diversion.
private func debianTree(_ bench: Workbench) throws -> String {
    let root = bench.path("debian")
    func put(_ path: String, _ text: String) throws { try bench.write("debian/" + path, text) }
    try put(
        "var/lib/dpkg/status",
        """
        Package: tool
        Status: install ok installed
        Architecture: amd64
        Version: 1.0
        Depends: absent | libx (>= 1:2), virtual-y:any,
         loop
        Description: first
         Package: not-a-field

        Package: libx
        Status: install ok installed
        Architecture: amd64
        Version: 2:2.1-3
        Depends: tool

        Package: realy
        Status: hold ok installed
        Architecture: all
        Version: 3
        Provides: virtual-y (= 3), loop

        Package: removed
        Status: deinstall ok config-files
        Architecture: amd64
        Version: 9

        """)
    try put(
        "var/lib/dpkg/info/tool.list", "/.\n/usr\n/usr/bin\n/usr/bin/tool\n/bin\n/bin/old\n/usr/share/doc/tool/README\n"
    )
    try put("var/lib/dpkg/info/libx:amd64.list", "/.\n/usr/lib/libx.so.2\n/usr/lib/absent\n")
    try put("var/lib/dpkg/info/realy.list", "/.\n/usr/bin/fancy\n/usr/lib/python3/m.py\n")
    try put("var/lib/dpkg/diversions", "/bin/old\n/bin/old.distrib\nother\n")
    try put(
        "var/lib/dpkg/alternatives/ed",
        "manual\n/usr/bin/ed\ned.1\n/usr/share/man/ed.1\n\n/usr/bin/tool\n10\n\n/usr/bin/fancy\n50\n\n/usr/bin/gone\n90\n\n\n"
    )
    for path in ["usr/bin/tool", "bin/old.distrib", "usr/share/doc/tool/README", "usr/lib/libx.so.2", "usr/bin/fancy"] {
        try put(path, path)
    }
    try put("usr/lib/python3/m.py", "x = 1\n")
    try put("usr/lib/python3/__pycache__/m.cpython-311.pyc", "MAGC\0\0\0\0TIMESIZEcode")
    try FileManager.default.createDirectory(atPath: root + "/etc", withIntermediateDirectories: true)
    return root
}

@Suite struct PackageTests {
    private func build(_ bench: Workbench, _ yaml: String) async throws -> (BuildResult, OpenedImage) {
        var builder = try bench.builder(yaml)
        builder.packageRoot = try debianTree(bench)
        return (try await builder.build(), try OpenedImage(path: bench.path("out.img")))
    }

    @Test func theClosureFollowsAlternativesAndProvidersAndEndsInLoops() throws {
        let bench = try Workbench()
        let database = try PackageDatabase(root: try debianTree(bench))
        let closure = PackageClosure(database: database, download: nil)
        #expect(message { _ = try closure.resolve(["tool"]) } == "(no error)")
        #expect(try closure.resolve(["libx"]).map(\.package.name) == ["libx", "realy", "tool"])
        #expect(
            message { _ = try closure.resolve(["removed"]) } == "package removed (needed by packages) is not installed")
    }

    @Test func installedFilesArriveWithDiversionsAlternativesAndVersions() async throws {
        let bench = try Workbench()
        let (result, image) = try await build(bench, "packages: [tool]\n")
        #expect(image.manifest.packages == ["tool": "1.0", "libx": "2:2.1-3", "realy": "3"])
        #expect(
            result.warnings == [
                "package libx: 1 listed files are not on this machine, such as /usr/lib/absent"
            ])
        #expect(try image.contents(of: "/usr/bin/old.distrib") == Array("bin/old.distrib".utf8))
        #expect(try image.contents(of: "/usr/share/doc/tool/README") == nil)
        let files = Dictionary(uniqueKeysWithValues: try image.explainedFiles().map { ($0.path, $0) })
        // The best candidate that the image has, not the host's manual choice and not one that is absent.
        #expect(files["/etc/alternatives/ed"]?.target == "/usr/bin/fancy")
        #expect(files["/usr/bin/ed"]?.target == "/etc/alternatives/ed")
        #expect(files["/usr/lib/python3/__pycache__"] == nil)
    }

    @Test func aPackageThatIsNotInstalledIsFetched() async throws {
        let bench = try Workbench()
        let database = try PackageDatabase(root: try debianTree(bench))
        try bench.write(
            "deb/DEBIAN/control",
            """
            Package: fresh
            Version: 5
            Architecture: all
            Maintainer: nobody <nobody@example.org>
            Depends: libx
            Description: test

            """)
        try bench.write("deb/usr/bin/fresh", "fresh")
        // What `apt-get download` would leave; unpacking and reading the control fields are the real thing.
        try Command.run("dpkg-deb", ["--root-owner-group", "-b", "deb", "fresh_5_all.deb"], in: bench.folder)
        let closure = PackageClosure(database: database) { (name) throws(ImageToolError) in
            guard name == "fresh" else { throw ImageToolError(.package, "no \(name)") }
            return try PackageDownload(folder: bench.path("packages")).unpack(bench.path("fresh_5_all.deb"), name: name)
        }
        let sources = try closure.resolve(["fresh"])
        #expect(sources.map(\.package.name) == ["fresh", "libx", "realy", "tool"])
        let tree = FileTree()
        try tree.addSkeleton()
        try tree.add(
            sources[0], from: database, .init(includesDocumentation: false, includesPythonBytecode: false))
        #expect(tree.contains("/bin/fresh"))
        #expect(message { _ = try closure.resolve(["nowhere"]) }.hasSuffix("is not installed: no nowhere"))
    }

    @Test func documentationAndBytecodeComeWhenAskedFor() async throws {
        let bench = try Workbench()
        let (_, image) = try await build(bench, "packages: [tool]\ndocumentation: true\npython_bytecode: true\n")
        #expect(try image.contents(of: "/usr/share/doc/tool/README") != nil)
        let compiled = try #require(try image.contents(of: "/usr/lib/python3/__pycache__/m.cpython-311.pyc"))
        let time = (0..<4).reduce(Int64(0)) { $0 | Int64(compiled[8 + $1]) << Int64(8 * $1) }
        #expect(time == ImageTime.current)
        #expect(compiled.suffix(8) == Array("SIZEcode".utf8))
    }

    @Test func theLibraryCacheIsWhatLdconfigWouldWrite() throws {
        let bench = try Workbench()
        let names = [
            "libc.so.6", "libm.so.6", "libz.so.1", "libz.so.1.2.13", "liba10.so.2", "liba9.so.10", "libstdc++.so.6",
        ]
        try bench.write("conf", "")
        let bytes = LibraryCache.encode(Dictionary(uniqueKeysWithValues: names.map { ($0, "/usr/lib/" + $0) }))
        try Data(bytes).write(to: URL(fileURLWithPath: bench.path("cache")))
        // ldconfig itself reads it back; glibc's search relies on the descending order.
        let listed = try Command.run("/sbin/ldconfig", ["-p", "-C", bench.path("cache")], in: bench.folder)
        let order = listed.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: " ").first?.drop { $0 == "\t" }
        }
        for name in names {
            #expect(listed.contains("\(name) (libc6,x86-64) => /usr/lib/\(name)"), "\(listed)")
        }
        let keys = order.map { Array($0.utf8) }.filter { $0.starts(with: Array("lib".utf8)) }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { LibraryCache.compare($0, $1) > 0 })
    }

    @Test func globsMatchAsAShellDoes() {
        func matches(_ name: String, _ pattern: String) -> Bool {
            Glob.matches(Array(name.utf8)[...], Array(pattern.utf8)[...])
        }
        #expect(matches("a.csv", "*.csv") && matches("abc", "a?c") && matches("b1", "[a-c][!2-9]") && matches("", "*"))
        #expect(!matches("a.txt", "*.csv") && !matches("ac", "a?c") && !matches("d1", "[a-c]?") && !matches("x", ""))
        #expect(!matches(String(repeating: "a", count: 200), String(repeating: "a*", count: 100) + "b"))
    }
}
