// SPDX-License-Identifier: Apache-2.0
//
// /dev/attestation, as programs for Gramine expect it (its documentation, "Attestation and Secret Provisioning"): user_report_data
// is written, quote is read.

import Formats
import LinuxABI
import Machine

public enum AttestationFS {
    public static func make() -> Inode {
        let superblock = SysSuperblock(
            deviceID: kernel.mounts.allocateDevice(), magic: UInt64(StatfsMagic.SYSFS_MAGIC), typeName: "attestation")
        let root = FixedDirectory(superblock.allocateNumber(), superblock, name: [], above: nil)
        // "dcap": a quote that Intel's data centre tools understand.
        root.text("attestation_type") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("dcap") }
        root.text("user_report_data", mode: 0o666, take: takeReportData) { (thread: Thread) throws(Errno) -> [UInt8] in
            thread.process.attestation.reportData
        }
        root.text("quote") { (thread: Thread) throws(Errno) -> [UInt8] in
            try EvidenceCalls.evidence(.sgx, thread.process.attestation.reportData, thread).bytes
        }
        return root
    }

    /// At most 64 bytes; what is missing is zero.
    private static func takeReportData(_ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        let size = PlatformProtocol.reportDataSize
        guard bytes.count <= size else { throw .EINVAL }
        thread.process.attestation.reportData = bytes + [UInt8](repeating: 0, count: size - bytes.count)
    }
}
