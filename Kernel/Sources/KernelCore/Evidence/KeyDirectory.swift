// SPDX-License-Identifier: Apache-2.0
//
// /dev/attestation/keys: the sealing keys of this enclave, and keys of 128 bits that a program was given and puts there for others.

import Formats
import LinuxABI
import Machine

final class KeyDirectory: FixedDirectory {
    static let keySize = 16
    private static let limit = 1024
    private static var label: [UInt8] { [UInt8]("attestation keys") }
    private var names = 0

    /// A key that the platform derives, cut to 128 bits as SGX's are.
    func sealed(_ name: StaticString, _ policy: SealPolicy) {
        text(name, mode: 0o400) { (thread: Thread) throws(Errno) -> [UInt8] in
            let key = try EvidenceCalls.sealKey(
                policy, securityVersion: OwnIdentity.current.securityVersion, label: KeyDirectory.label, thread)
            return Array(key[..<KeyDirectory.keySize])
        }
    }

    /// `_cloister_signer_N`: the whole key by signer of security version N, which is at most the enclave's own. Not listed.
    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        let prefix = [UInt8]("_cloister_signer_")
        guard name.count > prefix.count, PseudoName.equals(path, name.lowerBound..<name.lowerBound + prefix.count, prefix),
            let number = PseudoName.number(path, name.lowerBound + prefix.count..<name.upperBound),
            let version = UInt16(exactly: number)
        else { return try super.lookup(path, name) }
        return TextInode(superblock.allocateNumber(), superblock, mode: 0o400) { (thread: Thread) throws(Errno) -> [UInt8] in
            try EvidenceCalls.sealKey(.signer, securityVersion: version, label: KeyDirectory.label, thread)
        }
    }

    override func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        guard mode & FileMode.S_IFMT == FileMode.S_IFREG, name.first != 0x5f else { throw .EPERM }
        guard names < KeyDirectory.limit else { throw .ENOSPC }
        names += 1
        let place = KeyPlace()
        let inode = TextInode(
            superblock.allocateNumber(), superblock, mode: mode & 0o777,
            take: { (bytes: [UInt8], _: Thread) throws(Errno) in
                guard bytes.count == KeyDirectory.keySize else { throw .EINVAL }
                place.key = bytes
            },
            { (_: Thread) throws(Errno) -> [UInt8] in
                guard let key = place.key else { throw .ENODATA }
                return key
            })
        inode.uid = uid
        inode.gid = gid
        add(name, inode)
        return inode
    }
}

private final class KeyPlace {
    var key: [UInt8]?
}
