// SPDX-License-Identifier: Apache-2.0
//
// What set*id(2) and exec do to identities and capabilities (kernel/sys.c and security/commoncap.c are the reference).

import LinuxABI

extension Credentials {
    /// "Leave as it is" in the calls that set several ids.
    static let unchanged = UInt32.max

    // MARK: users

    mutating func setUser(_ new: UInt32) throws(Errno) {
        guard new != Credentials.unchanged else { throw .EINVAL }
        let old = self
        if has(Capability.CAP_SETUID) {
            uid = new
            suid = new
        } else if new != old.uid && new != old.suid {
            throw .EPERM
        }
        euid = new
        fsuid = new
        adjustCapabilities(from: old)
    }

    mutating func setUsers(real: UInt32, effective new: UInt32) throws(Errno) {
        let old = self
        let mayAny = has(Capability.CAP_SETUID)
        if real != Credentials.unchanged {
            guard mayAny || real == old.uid || real == old.euid else { throw .EPERM }
            uid = real
        }
        if new != Credentials.unchanged {
            guard mayAny || new == old.uid || new == old.euid || new == old.suid else { throw .EPERM }
            euid = new
        }
        if real != Credentials.unchanged || (new != Credentials.unchanged && new != old.uid) { suid = euid }
        fsuid = euid
        adjustCapabilities(from: old)
    }

    mutating func setUsers(real: UInt32, effective new: UInt32, saved: UInt32) throws(Errno) {
        let old = self
        if !has(Capability.CAP_SETUID) {
            for id in [real, new, saved] where id != Credentials.unchanged {
                guard id == old.uid || id == old.euid || id == old.suid else { throw .EPERM }
            }
        }
        if real != Credentials.unchanged { uid = real }
        if new != Credentials.unchanged { euid = new }
        if saved != Credentials.unchanged { suid = saved }
        fsuid = euid
        adjustCapabilities(from: old)
    }

    /// Never fails: setfsuid(2) returns the old id whatever happens.
    mutating func setFileSystemUser(_ new: UInt32) {
        guard new != Credentials.unchanged, new != fsuid else { return }
        guard new == uid || new == euid || new == suid || has(Capability.CAP_SETUID) else { return }
        if secureBits & Credentials.noSetuidFixupBit == 0 {
            if fsuid == 0 { effective = effective.subtracting(.fileSystem) }
            if new == 0 { effective = effective.union(permitted.intersection(.fileSystem)) }
        }
        fsuid = new
    }

    // MARK: groups

    mutating func setGroup(_ new: UInt32) throws(Errno) {
        guard new != Credentials.unchanged else { throw .EINVAL }
        if has(Capability.CAP_SETGID) {
            gid = new
            sgid = new
        } else if new != gid && new != sgid {
            throw .EPERM
        }
        egid = new
        fsgid = new
    }

    mutating func setGroups(real: UInt32, effective new: UInt32) throws(Errno) {
        let old = self
        let mayAny = has(Capability.CAP_SETGID)
        if real != Credentials.unchanged {
            guard mayAny || real == old.gid || real == old.egid else { throw .EPERM }
        }
        if new != Credentials.unchanged {
            guard mayAny || new == old.gid || new == old.egid || new == old.sgid else { throw .EPERM }
            egid = new
        }
        if real != Credentials.unchanged { gid = real }
        if real != Credentials.unchanged || (new != Credentials.unchanged && new != old.gid) { sgid = egid }
        fsgid = egid
    }

    mutating func setGroups(real: UInt32, effective new: UInt32, saved: UInt32) throws(Errno) {
        let old = self
        if !has(Capability.CAP_SETGID) {
            for id in [real, new, saved] where id != Credentials.unchanged {
                guard id == old.gid || id == old.egid || id == old.sgid else { throw .EPERM }
            }
        }
        if real != Credentials.unchanged { gid = real }
        if new != Credentials.unchanged { egid = new }
        if saved != Credentials.unchanged { sgid = saved }
        fsgid = egid
    }

    mutating func setFileSystemGroup(_ new: UInt32) {
        guard new != Credentials.unchanged else { return }
        if new == gid || new == egid || new == sgid || new == fsgid || has(Capability.CAP_SETGID) { fsgid = new }
    }

    // MARK: capabilities

    /// cap_emulate_setxuid of Linux.
    private mutating func adjustCapabilities(from old: Credentials) {
        if secureBits & Credentials.noSetuidFixupBit != 0 { return }
        let hadRoot = old.uid == 0 || old.euid == 0 || old.suid == 0
        if hadRoot && uid != 0 && euid != 0 && suid != 0 {
            if secureBits & Credentials.keepCapabilitiesBit == 0 {
                permitted = .none
                effective = .none
            }
            ambient = .none
        }
        if old.euid == 0 && euid != 0 { effective = .none }
        if old.euid != 0 && euid == 0 { effective = permitted }
    }

    mutating func setCapabilities(
        effective newEffective: CapabilitySet, permitted newPermitted: CapabilitySet, inheritable new: CapabilitySet
    )
        throws(Errno)
    {
        if !has(Capability.CAP_SETPCAP) {
            guard new.isSubset(of: inheritable.union(permitted)) else { throw .EPERM }
        }
        guard new.isSubset(of: inheritable.union(bounding)), newPermitted.isSubset(of: permitted),
            newEffective.isSubset(of: newPermitted)
        else { throw .EPERM }
        effective = newEffective
        permitted = newPermitted
        inheritable = new
        ambient = ambient.intersection(newPermitted).intersection(new)
    }

    /// exec of a file whose set-user-ID and set-group-ID bits give these ids (nil: none, or not honoured).
    public mutating func exec(setUser: UInt32?, setGroup: UInt32?) {
        let old = self
        if let setUser { euid = setUser }
        if let setGroup { egid = setGroup }
        suid = euid
        fsuid = euid
        sgid = egid
        fsgid = egid
        let changed = euid != old.euid || egid != old.egid
        if changed { ambient = .none }
        if secureBits & Credentials.noRootBit == 0 && (euid == 0 || uid == 0) {
            permitted = inheritable.union(bounding)
            effective = euid == 0 ? permitted : ambient
            if euid != 0 { permitted = permitted.union(ambient) }
        } else {
            permitted = ambient
            effective = ambient
        }
        secureBits &= ~Credentials.keepCapabilitiesBit
    }
}

extension Process {
    /// Puts changed credentials in force; as on Linux a change of identity clears dumpability and the parent-death signal.
    func commit(_ new: Credentials) {
        let old = credentials
        credentials = new
        if old.euid != new.euid || old.egid != new.egid || old.fsuid != new.fsuid || old.fsgid != new.fsgid
            || !new.permitted.isSubset(of: old.permitted)
        {
            isDumpable = false
            parentDeathSignal = 0
        }
    }
}
