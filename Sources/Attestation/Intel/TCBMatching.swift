// SPDX-License-Identifier: Apache-2.0
// Which level of the TCB info a platform has reached, and the one status that follows from platform, module and quoting enclave.
// The rules are those of Intel's verification library (TcbLevelCheck, TdxModuleCheck, TDRelaunchCheck).

struct TCBMatch: Sendable, Equatable {
    var status: TCBStatus
    var components: [ComponentStatus]
    var advisories: [Advisory]
}

/// The SVNs of a platform: those of its certificate, and for TDX those of its TD report.
struct PlatformSVNs: Sendable {
    let components: [UInt8]
    let pceSVN: Int
    let td: TDSVNs?

    struct TDSVNs: Sendable {
        let running: [UInt8]
        /// TD 1.5 only.
        let current: [UInt8]?
    }
}

extension PreparedTCBInfo {
    /// `quotingEnclave` is nil when no level of the QE identity applies.
    func match(_ platform: PlatformSVNs, quotingEnclave: LevelFinding?) throws(PathProblem) -> TCBMatch {
        guard let sgxLevel = levels.first(where: { $0.isReached(by: platform) }) else { return .notSupported }
        var findings: [(TCBComponent, LevelFinding)] = []
        let status: TCBStatus
        if isTDX, let td = platform.td {
            guard let level = levels.first(where: { $0.isReached(by: platform) && $0.isReached(by: td) }) else { return .notSupported }
            findings.append((.platform, level.finding))
            var moduleStatus: TCBStatus?
            if td.running[1] > 0 {
                guard let found = moduleIdentities[td.running[1]]?.levels.first(where: { $0.securityVersion <= Int(td.running[0]) }) else {
                    return .notSupported
                }
                findings.append((.tdxModule, found.finding))
                moduleStatus = found.finding.status
            }
            let converged = level.finding.status.converged(with: moduleStatus)
            // Intel's library does not look at the quoting enclave of a revoked platform.
            if converged == .revoked { return TCBMatch(status: .revoked, findings) }
            if try isRelaunchAdvised(td, sgx: sgxLevel.finding.status, converged: converged, module: moduleStatus, quotingEnclave: quotingEnclave) {
                let needsConfiguration = sgxLevel.finding.status.needsConfiguration || converged.needsConfiguration
                status = needsConfiguration ? .relaunchAdvisedConfigurationNeeded : .relaunchAdvised
            } else {
                status = converged
            }
        } else {
            findings.append((.platform, sgxLevel.finding))
            status = sgxLevel.finding.status
        }
        guard let quotingEnclave else { return .notSupported }
        findings.append((.quotingEnclave, quotingEnclave))
        return TCBMatch(status: status.converged(with: quotingEnclave.status), findings)
    }

    /// TD 1.5: everything but the module that the TD was started under is current, and the module that runs now is the newest.
    private func isRelaunchAdvised(
        _ td: PlatformSVNs.TDSVNs, sgx: TCBStatus, converged: TCBStatus, module: TCBStatus?, quotingEnclave: LevelFinding?
    ) throws(PathProblem) -> Bool {
        guard let current = td.current, let quotingEnclave, quotingEnclave.status != .outOfDate, quotingEnclave.status != .revoked,
            [.upToDate, .swHardeningNeeded, .configurationNeeded, .configurationAndSWHardeningNeeded].contains(sgx),
            converged == .outOfDate || converged == .outOfDateConfigurationNeeded, module == .outOfDate, let newest = levels.first
        else { return false }
        let isCurrent = Int(current[2]) >= newest.tdx[2]
        if current[1] == 0 { return isCurrent && Int(current[0]) >= newest.tdx[0] }
        guard let running = moduleIdentities[current[1]] else {
            throw PathProblem(.tdxModule, "tee_tcb_svn2", "the module that runs now has version \(current[1]), which the TCB info does not know")
        }
        return isCurrent && running.levels.first.map { Int(current[0]) >= $0.securityVersion } ?? false
    }
}

extension PreparedTCBInfo.Level {
    func isReached(by platform: PlatformSVNs) -> Bool {
        platform.pceSVN >= pceSVN && zip(platform.components, sgx).allSatisfy { Int($0) >= $1 }
    }

    /// With module identities the first two components belong to the module and are judged there.
    func isReached(by td: PlatformSVNs.TDSVNs) -> Bool {
        zip(td.running, tdx).dropFirst(td.running[1] > 0 ? 2 : 0).allSatisfy { Int($0) >= $1 }
    }
}

extension TCBStatus {
    var needsConfiguration: Bool {
        switch self {
        case .configurationNeeded, .outOfDateConfigurationNeeded, .configurationAndSWHardeningNeeded, .relaunchAdvisedConfigurationNeeded: true
        default: false
        }
    }

    /// This status of the platform together with that of a part of it.
    func converged(with part: TCBStatus?) -> TCBStatus {
        switch part {
        case .revoked: .revoked
        case .notSupported: .notSupported
        case .outOfDate:
            switch self {
            case .upToDate, .swHardeningNeeded: .outOfDate
            case .configurationNeeded, .configurationAndSWHardeningNeeded: .outOfDateConfigurationNeeded
            default: self
            }
        default: self
        }
    }
}

extension TCBMatch {
    static let notSupported = TCBMatch(status: .notSupported, components: [], advisories: [])

    fileprivate init(status: TCBStatus, _ findings: [(TCBComponent, LevelFinding)]) {
        self.status = status
        components = findings.map { ComponentStatus(component: $0.0, status: $0.1.status, tcbDate: $0.1.date) }
        var seen: Set<String> = []
        advisories = findings.flatMap { component, finding in
            finding.advisories.filter { seen.insert($0).inserted }.map { Advisory(id: $0, tcbDate: finding.date, component: component) }
        }
    }
}
