// SPDX-License-Identifier: Apache-2.0

import BootSecrets
import Testing

@Suite struct BrokerAddressTests {
    @Test(arguments: [
        ("https://kbs.example", "kbs.example", 443), ("https://kbs.example/", "kbs.example", 443), ("https://10.0.0.7:8080", "10.0.0.7", 8080),
        ("https://[2001:db8::1]:9", "2001:db8::1", 9), ("https://[::1]", "::1", 443),
    ])
    func hostAndPortAreRead(text: String, host: String, port: Int) throws {
        let address = try #require(BrokerAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(BrokerAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "kbs.example", "http://kbs.example", "https://", "https:///", "https://:443", "https://a:0", "https://a:65536", "https://a:+1",
        "https://a:",
        "https://a/b", "https://a?b", "https://a#b", "https://u@a", "https://a b", "https://[::1", "https://[a.example]", "https://a\r\nHost: b",
        "https://[::1]x", "https://a//", "HTTPS://a",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(BrokerAddress(text) == nil)
    }
}
