// SPDX-License-Identifier: Apache-2.0
// A machine in software that attests as real ones do, and whose root's name says that no hardware protects anything.
//
// Everything is a function of the machine's secret and of what is asked; `now` is an argument. Making one costs a file read and
// a few key derivations, the RSA keys of the AMD-like half only when they are needed.
internal import Crypto
internal import Foundation

package struct SimulatedPlatform: Sendable {
    private let files: PlatformFiles
    private let secret: PlatformSecret
    private let keys: IntelKeys

    /// The machine that is kept in `folder`; it is made there if there is none.
    package init(folder: String, now: Int64) throws(PlatformError) {
        files = try PlatformFiles(folder: folder)
        secret = try PlatformSecret(files, now: now)
        keys = try IntelKeys(secret.secret)
    }

    /// $XDG_DATA_HOME/cloister/platform, else ~/.local/share/cloister/platform.
    package static func defaultFolder(environment: [String: String]) throws(PlatformError) -> String {
        // Relative paths are to be ignored (XDG Base Directory Specification).
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/cloister/platform" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw PlatformError(.store, "neither XDG_DATA_HOME nor HOME says where the simulated platform is kept")
        }
        return "\(home)/.local/share/cloister/platform"
    }

    /// Eight hexadecimal digits, as in the root's name.
    package var id: String { keys.identity.id }

    /// DER.
    package var rootCertificate: [UInt8] { secret.rootCertificate }

    package var rootCertificatePEM: String { PEM.text(rootCertificate) }

    // MARK: Intel's formats

    package func quote(_ format: QuoteFormat, _ statement: EnclaveStatement, _ scenario: Scenario = Scenario()) throws(PlatformError) -> [UInt8] {
        let tcb = Self.tcb(scenario)
        let chain = [try keys.makePCK(tcb, created: secret.created), try keys.makePlatformCA(created: secret.created), rootCertificate]
        return try IntelQuote(format: format, statement: statement, scenario: scenario, tcb: tcb, keys: keys, chain: chain).encoded()
    }

    /// The collateral that belongs to such a quote at the time `now`.
    package func collateral(_ format: QuoteFormat, now: Int64, _ scenario: Scenario = Scenario()) throws(PlatformError) -> IntelCollateral {
        try IntelCollateralMaker(
            keys: keys, tcb: Self.tcb(scenario), scenario: scenario, isTDX: format.isTDX, created: secret.created, root: rootCertificate,
            now: now
        ).make()
    }

    private static func tcb(_ scenario: Scenario) -> PlatformTCB {
        var tcb = PlatformTCB()
        if scenario.isRelaunchAdvised { tcb.loadedTDXComponents[0] += 1 }
        return tcb
    }

    var identity: MachineIdentity { keys.identity }

    /// Made at first use, which takes seconds.
    func amdKeys() throws(PlatformError) -> AMDKeys { try AMDKeys(files, secret, keys.identity) }

    /// The key by which an enclave checks local reports that are for it.
    func reportKey(_ target: [UInt8]) -> SymmetricKey { Derivation.bytes(secret.secret, "local report", target, count: 16) }

    // MARK: keys

    /// A key that only enclaves of this identity get from this machine.
    package func sealKey(_ request: SealRequest) throws(PlatformError) -> [UInt8] {
        try request.check()
        return Derivation.bytes(secret.secret, "seal", request.context, count: 32).keyBytes
    }
}
