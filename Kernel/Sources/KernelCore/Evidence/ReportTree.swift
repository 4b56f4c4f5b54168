// SPDX-License-Identifier: Apache-2.0
//
// /sys/kernel/config/tsm/report, as Linux's guests of TDX and SEV-SNP have it (Documentation/ABI/testing/configfs-tsm-report): a
// folder for each request, whose inblob is written and whose outblob is read.

import Formats
import LinuxABI
import Machine

public enum ReportTree {
    public static func make(_ kind: PlatformKind) -> Inode {
        let superblock = SysSuperblock(
            deviceID: kernel.mounts.allocateDevice(), magic: UInt64(StatfsMagic.CONFIGFS_MAGIC), typeName: "configfs")
        let root = FixedDirectory(superblock.allocateNumber(), superblock, name: [], above: nil)
        let tsm = root.directory("tsm")
        let reports = ReportDirectory(superblock.allocateNumber(), superblock, name: [UInt8]("report"), above: tsm, kind.format)
        tsm.add(reports.name, reports)
        return root
    }
}

final class ReportDirectory: PseudoDirectory {
    private static let limit = 1024
    private let format: EvidenceFormat
    private var entries: [PseudoDirectory] = []

    init(_ number: UInt64, _ superblock: Superblock, name: [UInt8], above: PseudoDirectory?, _ format: EvidenceFormat) {
        self.format = format
        super.init(number, superblock, name: name, above: above)
    }

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        for entry in entries where PseudoName.equals(path, name, entry.name) { return entry }
        return nil
    }
    override func list(_ thread: Thread) throws(Errno) -> [PseudoEntry] {
        entries.map { PseudoEntry(name: $0.name, number: $0.number, type: DirectoryEntryType.DT_DIR) }
    }
    override func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        guard mode & FileMode.S_IFMT == FileMode.S_IFDIR else { throw .EPERM }
        guard entries.count < ReportDirectory.limit else { throw .ENOSPC }
        let entry = FixedDirectory(superblock.allocateNumber(), superblock, name: name, above: self)
        ReportRequest.fill(entry, format)
        entries.append(entry)
        linkCount &+= 1
        return entry
    }
    /// The attributes go with their folder, as configfs has it.
    override func removeDirectory(_ name: [UInt8], _ inode: Inode) throws(Errno) {
        guard let at = entries.firstIndex(where: { $0 === inode }) else { throw .ENOENT }
        entries.remove(at: at)
        linkCount &-= 1
        inode.linkCount = 0
    }
}

/// One request: what was written, and the evidence of it once it was asked for.
private final class ReportRequest {
    private let format: EvidenceFormat
    private var input: [UInt8] = []
    private var generation = 0
    private var evidence: PlatformEvidence?

    init(_ format: EvidenceFormat) {
        self.format = format
    }

    static func fill(_ entry: FixedDirectory, _ format: EvidenceFormat) {
        let request = ReportRequest(format)
        entry.text("inblob", mode: 0o200, take: { (bytes: [UInt8], _: Thread) throws(Errno) in try request.take(bytes) }) {
            (_: Thread) throws(Errno) -> [UInt8] in throw .EACCES
        }
        entry.text("outblob", mode: 0o400) { (thread: Thread) throws(Errno) -> [UInt8] in try request.answer(thread).bytes }
        entry.text("auxblob", mode: 0o400) { (thread: Thread) throws(Errno) -> [UInt8] in try request.answer(thread).auxiliary }
        entry.text("generation") { (_: Thread) throws(Errno) -> [UInt8] in ProcTexts.number(request.generation) }
        entry.line("provider", format == .snp ? "sev_guest" : "tdx_guest")
    }

    private func take(_ bytes: [UInt8]) throws(Errno) {
        guard bytes.count <= PlatformProtocol.reportDataSize else { throw .EINVAL }
        input = bytes
        generation &+= 1
        evidence = nil
    }

    /// Both kinds of machines want all 64 bytes. A request that changed meanwhile has another answer.
    private func answer(_ thread: Thread) throws(Errno) -> PlatformEvidence {
        if let evidence { return evidence }
        guard input.count == PlatformProtocol.reportDataSize else { throw .EINVAL }
        let asked = generation
        let new = try EvidenceCalls.evidence(format, input, thread)
        guard asked == generation else { throw .EWOULDBLOCK }
        evidence = new
        return new
    }
}
