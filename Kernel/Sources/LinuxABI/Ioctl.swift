// SPDX-License-Identifier: Apache-2.0
//
// Requests of ioctl(2): terminals (ioctl_tty(2)), descriptors, sockets (netdevice(7)), block devices.

/// The `cmd` of ioctl(2).
public enum Ioctl {
    public static let TCGETS: UInt32 = 0x5401
    public static let TCSETS: UInt32 = 0x5402
    public static let TCSETSW: UInt32 = 0x5403
    public static let TCSETSF: UInt32 = 0x5404
    public static let TCGETA: UInt32 = 0x5405
    public static let TCSETA: UInt32 = 0x5406
    public static let TCSETAW: UInt32 = 0x5407
    public static let TCSETAF: UInt32 = 0x5408
    public static let TCSBRK: UInt32 = 0x5409
    public static let TCXONC: UInt32 = 0x540a
    public static let TCFLSH: UInt32 = 0x540b
    public static let TIOCEXCL: UInt32 = 0x540c
    public static let TIOCNXCL: UInt32 = 0x540d
    public static let TIOCSCTTY: UInt32 = 0x540e
    public static let TIOCGPGRP: UInt32 = 0x540f
    public static let TIOCSPGRP: UInt32 = 0x5410
    public static let TIOCOUTQ: UInt32 = 0x5411
    public static let TIOCSTI: UInt32 = 0x5412
    public static let TIOCGWINSZ: UInt32 = 0x5413
    public static let TIOCSWINSZ: UInt32 = 0x5414
    public static let TIOCMGET: UInt32 = 0x5415
    public static let TIOCMBIS: UInt32 = 0x5416
    public static let TIOCMBIC: UInt32 = 0x5417
    public static let TIOCMSET: UInt32 = 0x5418
    public static let TIOCGSOFTCAR: UInt32 = 0x5419
    public static let TIOCSSOFTCAR: UInt32 = 0x541a
    public static let FIONREAD: UInt32 = 0x541b
    public static let TIOCINQ: UInt32 = 0x541b
    public static let TIOCLINUX: UInt32 = 0x541c
    public static let TIOCCONS: UInt32 = 0x541d
    public static let TIOCPKT: UInt32 = 0x5420
    public static let FIONBIO: UInt32 = 0x5421
    public static let TIOCNOTTY: UInt32 = 0x5422
    public static let TIOCSETD: UInt32 = 0x5423
    public static let TIOCGETD: UInt32 = 0x5424
    public static let TCSBRKP: UInt32 = 0x5425
    public static let TIOCSBRK: UInt32 = 0x5427
    public static let TIOCCBRK: UInt32 = 0x5428
    public static let TIOCGSID: UInt32 = 0x5429
    public static let TCGETS2: UInt32 = 0x802c_542a
    public static let TCSETS2: UInt32 = 0x402c_542b
    public static let TCSETSW2: UInt32 = 0x402c_542c
    public static let TCSETSF2: UInt32 = 0x402c_542d
    public static let TIOCGPTN: UInt32 = 0x8004_5430
    public static let TIOCSPTLCK: UInt32 = 0x4004_5431
    public static let TIOCGDEV: UInt32 = 0x8004_5432
    public static let TIOCSIG: UInt32 = 0x4004_5436
    public static let TIOCVHANGUP: UInt32 = 0x5437
    public static let TIOCGPKT: UInt32 = 0x8004_5438
    public static let TIOCGPTLCK: UInt32 = 0x8004_5439
    public static let TIOCGEXCL: UInt32 = 0x8004_5440
    public static let TIOCGPTPEER: UInt32 = 0x5441

    /// Occlum's /dev/sgx: _IOR('s', 7, uint32_t) and _IOWR('s', 8, three pointers).
    public static let SGXIOC_GET_DCAP_QUOTE_SIZE: UInt32 = 0x8004_7307
    public static let SGXIOC_GEN_DCAP_QUOTE: UInt32 = 0xc018_7308

    public static let FIONCLEX: UInt32 = 0x5450
    public static let FIOCLEX: UInt32 = 0x5451
    public static let FIOASYNC: UInt32 = 0x5452
    public static let FIOQSIZE: UInt32 = 0x5460
    public static let FS_IOC_GETFLAGS: UInt32 = 0x8008_6601
    public static let FS_IOC_SETFLAGS: UInt32 = 0x4008_6602
    public static let FICLONE: UInt32 = 0x4004_9409
    public static let FICLONERANGE: UInt32 = 0x4020_940d
    public static let FS_IOC_FIEMAP: UInt32 = 0xc020_660b

    public static let SIOCATMARK: UInt32 = 0x8905
    public static let SIOCGIFNAME: UInt32 = 0x8910
    public static let SIOCGIFCONF: UInt32 = 0x8912
    public static let SIOCGIFFLAGS: UInt32 = 0x8913
    public static let SIOCSIFFLAGS: UInt32 = 0x8914
    public static let SIOCGIFADDR: UInt32 = 0x8915
    public static let SIOCSIFADDR: UInt32 = 0x8916
    public static let SIOCGIFDSTADDR: UInt32 = 0x8917
    public static let SIOCGIFBRDADDR: UInt32 = 0x8919
    public static let SIOCGIFNETMASK: UInt32 = 0x891b
    public static let SIOCSIFNETMASK: UInt32 = 0x891c
    public static let SIOCGIFMETRIC: UInt32 = 0x891d
    public static let SIOCSIFMTU: UInt32 = 0x8922
    public static let SIOCETHTOOL: UInt32 = 0x8946
    public static let SIOCGIFMTU: UInt32 = 0x8921
    public static let SIOCGIFHWADDR: UInt32 = 0x8927
    public static let SIOCGIFINDEX: UInt32 = 0x8933
    public static let SIOCGIFTXQLEN: UInt32 = 0x8942
    public static let SIOCGSTAMP_OLD: UInt32 = 0x8906

    public static let BLKGETSIZE: UInt32 = 0x1260
    public static let BLKSSZGET: UInt32 = 0x1268
    public static let BLKGETSIZE64: UInt32 = 0x8008_1272
    public static let RNDGETENTCNT: UInt32 = 0x8004_5200
}
