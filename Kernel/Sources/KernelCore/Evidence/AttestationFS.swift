// SPDX-License-Identifier: Apache-2.0
//
// /dev/attestation, as programs for Gramine expect it (its documentation, "Attestation and Secret Provisioning"): what is to be
// stated is written to user_report_data and target_info, and then quote or report is read. Each process has its own state.

import Formats
import LinuxABI
import Machine

public enum AttestationFS {
    public static func make(_ kind: PlatformKind) -> Inode {
        let superblock = SysSuperblock(
            deviceID: kernel.mounts.allocateDevice(), magic: UInt64(StatfsMagic.SYSFS_MAGIC), typeName: "attestation")
        let root = FixedDirectory(superblock.allocateNumber(), superblock, name: [], above: nil)
        // "dcap": a quote that Intel's data centre tools understand.
        let type: StaticString = kind.speaksSGX ? "dcap" : "none"
        root.text("attestation_type") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](type) }
        root.text("user_report_data", mode: 0o666, take: takeReportData) { (thread: Thread) throws(Errno) -> [UInt8] in
            thread.process.attestation.reportData
        }
        root.text("target_info", mode: 0o666, take: takeTargetInfo) { (thread: Thread) throws(Errno) -> [UInt8] in
            thread.process.attestation.targetInfo
        }
        root.text("my_target_info") { (_: Thread) throws(Errno) -> [UInt8] in TargetInfo.own }
        root.text("report") { (thread: Thread) throws(Errno) -> [UInt8] in
            let state = thread.process.attestation
            return try EvidenceCalls.localReport(targetInfo: state.targetInfo, reportData: state.reportData, thread)
        }
        root.text("quote") { (thread: Thread) throws(Errno) -> [UInt8] in
            try EvidenceCalls.evidence(.sgx, thread.process.attestation.reportData, thread).bytes
        }
        // What evidence of this enclave is bound to besides.
        root.text("launch") { (_: Thread) throws(Errno) -> [UInt8] in OwnIdentity.launchDocument }
        // What verifies it, where the platform has it: only a machine in software does.
        root.text("collateral") { (thread: Thread) throws(Errno) -> [UInt8] in
            try EvidenceCalls.evidence(.sgx, thread.process.attestation.reportData, thread).collateral
        }
        let keys = KeyDirectory(superblock.allocateNumber(), superblock, name: [UInt8]("keys"), above: root)
        keys.sealed("_sgx_mrenclave", .measurement)
        keys.sealed("_sgx_mrsigner", .signer)
        root.add(keys.name, keys)
        return root
    }

    /// At most 64 bytes; what is missing is zero.
    private static func takeReportData(_ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        thread.process.attestation.reportData = try filled(bytes, PlatformProtocol.reportDataSize)
    }

    private static func takeTargetInfo(_ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        thread.process.attestation.targetInfo = try filled(bytes, PlatformProtocol.targetInfoSize)
    }

    private static func filled(_ bytes: [UInt8], _ size: Int) throws(Errno) -> [UInt8] {
        guard bytes.count <= size else { throw .EINVAL }
        return bytes + [UInt8](repeating: 0, count: size - bytes.count)
    }
}

/// sgx_target_info_t: for whom a local report is.
enum TargetInfo {
    /// MRENCLAVE, ATTRIBUTES and CONFIGID as the platform states them of this enclave (docs/design/evidence.md).
    static var own: [UInt8] {
        let identity = OwnIdentity.current
        var info = Hashing.sha256(identity.measurement)
        // INITTED, MODE64BIT, perhaps DEBUG; x87, SSE and AVX.
        info.append(littleEndian: UInt64(identity.isDebug ? 7 : 5))
        info.append(littleEndian: UInt64(7))
        // CET attributes, CONFIGSVN, MISCSELECT and what is reserved.
        info.append(contentsOf: repeatElement(0, count: 16))
        info.append(contentsOf: identity.launch)
        info.append(contentsOf: repeatElement(0, count: PlatformProtocol.targetInfoSize - info.count))
        return info
    }
}
