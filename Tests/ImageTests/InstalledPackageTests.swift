// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Image

/// Against the Debian system that runs the tests.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/var/lib/dpkg/status"), "needs a Debian system"))
struct InstalledPackageTests {
    @Test func debiansOwnShellArrivesWithEverythingItNeeds() async throws {
        let bench = try Workbench()
        let result = try await bench.build("packages: [bash, coreutils, mawk]\nentry_point: /bin/bash\n")
        let image = try OpenedImage(path: bench.path("out.img"))
        #expect(
            try image.contents(of: "/usr/bin/bash") == Array(try Data(contentsOf: URL(fileURLWithPath: "/bin/bash"))))
        #expect(image.manifest.packages["libc6"] != nil)
        // Essential, so nothing declares that it needs them.
        #expect(image.manifest.packages["dash"] != nil && image.manifest.packages["libc-bin"] != nil)
        let files = Dictionary(uniqueKeysWithValues: try image.explainedFiles().map { ($0.path, $0) })
        #expect(files["/bin"]?.target == "usr/bin")
        #expect(files["/usr/bin/awk"]?.target == "/etc/alternatives/awk")
        #expect(files["/etc/ld.so.cache"] != nil)
        #expect(try bench.findings(bench.path("out.img"), kernel: bench.path("kernel")) == [])
        #expect(result.packageCount > 3)
    }
}
