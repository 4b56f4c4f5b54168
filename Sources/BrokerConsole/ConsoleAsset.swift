// SPDX-License-Identifier: Apache-2.0
// The files of the web console, compiled into the program: plain HTML, CSS and JavaScript as they lie in Assets/.
import Crypto
import Encodings

package struct ConsoleAsset: Sendable {
    package let name: String
    /// Media type.
    package let type: String
    package let bytes: [UInt8]
    /// Strong validator: of the content's SHA-256.
    package let etag: String

    private init(_ name: String, _ type: String, _ bytes: [UInt8]) {
        self.name = name
        self.type = type
        self.bytes = bytes
        etag = "\"\(Hex.encode(SHA256.hash(data: bytes).prefix(16)))\""
    }

    package static let all: [ConsoleAsset] = [
        ConsoleAsset("index.html", html, PackageResources.index_html), ConsoleAsset("console.css", css, PackageResources.console_css),
        ConsoleAsset("icon.svg", "image/svg+xml", PackageResources.icon_svg), ConsoleAsset("main.js", script, PackageResources.main_js),
        ConsoleAsset("dom.js", script, PackageResources.dom_js), ConsoleAsset("api.js", script, PackageResources.api_js),
        ConsoleAsset("overview.js", script, PackageResources.overview_js), ConsoleAsset("enclaves.js", script, PackageResources.enclaves_js),
        ConsoleAsset("policies.js", script, PackageResources.policies_js), ConsoleAsset("secrets.js", script, PackageResources.secrets_js),
        ConsoleAsset("approvals.js", script, PackageResources.approvals_js), ConsoleAsset("audit.js", script, PackageResources.audit_js),
        ConsoleAsset("keys.js", script, PackageResources.keys_js), ConsoleAsset("trial.js", script, PackageResources.trial_js),
    ]

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The page itself has no name of its own in the address.
    package static func named(_ name: String) -> ConsoleAsset? { byName[name] }

    private static let html = "text/html; charset=utf-8"
    private static let css = "text/css; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"
}
