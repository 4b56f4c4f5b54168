// SPDX-License-Identifier: Apache-2.0

/// How a broker runs; the defaults are those of the command.
package struct BrokerConfiguration: Sendable, Equatable {
    package struct Limits: Sendable, Equatable {
        /// Largest body of auth and attest; a TDX quote with its event log is about 100 KiB.
        package var protocolBodyBytes = 1 << 20
        /// Largest secret.
        package var secretBytes = 1 << 20
        package var connections = 16_384
        /// Rounds that may be under way or attested; the oldest go first.
        package var sessions = 20_000
        /// About what attested sessions may take in memory together; the oldest go first.
        package var sessionBytes = 256 << 20
        package var sessionSeconds: Int64 = 300
        package var tokenSeconds: Int64 = 300
        /// From the head of a request to its end.
        package var requestMilliseconds: Int64 = 15_000
        /// For a client to take its answer.
        package var responseMilliseconds: Int64 = 30_000
        /// For a connection with no request under way.
        package var idleMilliseconds: Int64 = 60_000
        /// For each client address; 0: no limit.
        package var requestsPerSecond = 200.0
        package var requestBurst = 400.0

        package init() {}
    }

    package var host = "127.0.0.1"
    package var port = 8080
    /// Serve the web console.
    package var hasConsole = true
    package var issuer = "cloister-broker"
    package var limits = Limits()
    /// Accept unsigned evidence that anything can forge.
    package var acceptsSample = false
    /// Accept evidence that ends at a simulated root.
    package var acceptsSimulation = false

    /// Folder of collateral, as `cloister collateral import` fills it; nil: only what comes with the evidence.
    package var collateralFolder: String?
    /// For how long an approval holds.
    package var approvalDays: Int64 = 90
    /// Options in force outside of this structure that weaken security.
    package var otherInsecureOptions: [String] = []

    /// Where the enclave offers evidence of itself, if this is one.
    package var attestationFolder = "/dev/attestation"

    package init() {}

    /// The options that weaken security, as they are named in the configuration.
    package var insecureOptions: [String] {
        (acceptsSample ? ["insecure_allow_sample"] : []) + (acceptsSimulation ? ["insecure_allow_simulation"] : []) + otherInsecureOptions
    }
}

/// Seconds since 1970; tests set it.
package struct BrokerClock: Sendable {
    package var now: @Sendable () -> Int64

    package init(_ now: @escaping @Sendable () -> Int64) {
        self.now = now
    }
}
