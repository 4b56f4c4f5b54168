// SPDX-License-Identifier: Apache-2.0
//
// Terminal modes: termios(3), ioctl_tty(2).

/// The flag bits of `Termios`.
public enum Tty {
    public static let IGNBRK: UInt32 = 1
    public static let BRKINT: UInt32 = 2
    public static let IGNPAR: UInt32 = 4
    public static let PARMRK: UInt32 = 0o10
    public static let INPCK: UInt32 = 0o20
    public static let ISTRIP: UInt32 = 0o40
    public static let INLCR: UInt32 = 0o100
    public static let IGNCR: UInt32 = 0o200
    public static let ICRNL: UInt32 = 0o400
    public static let IUCLC: UInt32 = 0o1000
    public static let IXON: UInt32 = 0o2000
    public static let IXANY: UInt32 = 0o4000
    public static let IXOFF: UInt32 = 0o10000
    public static let IMAXBEL: UInt32 = 0o20000
    public static let IUTF8: UInt32 = 0o40000

    public static let OPOST: UInt32 = 1
    public static let OLCUC: UInt32 = 2
    public static let ONLCR: UInt32 = 4
    public static let OCRNL: UInt32 = 0o10
    public static let ONOCR: UInt32 = 0o20
    public static let ONLRET: UInt32 = 0o40
    public static let OFILL: UInt32 = 0o100
    public static let OFDEL: UInt32 = 0o200
    public static let NLDLY: UInt32 = 0o400
    public static let CRDLY: UInt32 = 0o3000
    public static let TABDLY: UInt32 = 0o14000
    public static let TAB3: UInt32 = 0o14000
    public static let XTABS: UInt32 = 0o14000
    public static let BSDLY: UInt32 = 0o20000
    public static let VTDLY: UInt32 = 0o40000
    public static let FFDLY: UInt32 = 0o100000

    public static let CBAUD: UInt32 = 0o10017
    public static let B0: UInt32 = 0
    public static let B9600: UInt32 = 0o15
    public static let B19200: UInt32 = 0o16
    public static let B38400: UInt32 = 0o17
    public static let CBAUDEX: UInt32 = 0o10000
    public static let BOTHER: UInt32 = 0o10000
    public static let B57600: UInt32 = 0o10001
    public static let B115200: UInt32 = 0o10002
    public static let CSIZE: UInt32 = 0o60
    public static let CS5: UInt32 = 0
    public static let CS6: UInt32 = 0o20
    public static let CS7: UInt32 = 0o40
    public static let CS8: UInt32 = 0o60
    public static let CSTOPB: UInt32 = 0o100
    public static let CREAD: UInt32 = 0o200
    public static let PARENB: UInt32 = 0o400
    public static let PARODD: UInt32 = 0o1000
    public static let HUPCL: UInt32 = 0o2000
    public static let CLOCAL: UInt32 = 0o4000
    public static let CRTSCTS: UInt32 = 0o20000000000

    public static let ISIG: UInt32 = 1
    public static let ICANON: UInt32 = 2
    public static let XCASE: UInt32 = 4
    public static let ECHO: UInt32 = 0o10
    public static let ECHOE: UInt32 = 0o20
    public static let ECHOK: UInt32 = 0o40
    public static let ECHONL: UInt32 = 0o100
    public static let NOFLSH: UInt32 = 0o200
    public static let TOSTOP: UInt32 = 0o400
    public static let ECHOCTL: UInt32 = 0o1000
    public static let ECHOPRT: UInt32 = 0o2000
    public static let ECHOKE: UInt32 = 0o4000
    public static let FLUSHO: UInt32 = 0o10000
    public static let PENDIN: UInt32 = 0o40000
    public static let IEXTEN: UInt32 = 0o100000
    public static let EXTPROC: UInt32 = 0o200000
}

/// Indexes into `Termios.c_cc`, and the byte that disables a character.
public enum TtyChar {
    public static let VINTR: Int = 0
    public static let VQUIT: Int = 1
    public static let VERASE: Int = 2
    public static let VKILL: Int = 3
    public static let VEOF: Int = 4
    public static let VTIME: Int = 5
    public static let VMIN: Int = 6
    public static let VSWTC: Int = 7
    public static let VSTART: Int = 8
    public static let VSTOP: Int = 9
    public static let VSUSP: Int = 10
    public static let VEOL: Int = 11
    public static let VREPRINT: Int = 12
    public static let VDISCARD: Int = 13
    public static let VWERASE: Int = 14
    public static let VLNEXT: Int = 15
    public static let VEOL2: Int = 16
    public static let NCCS: Int = 19
}

/// Arguments of TCXONC and TCFLSH, the line discipline, and the bits of packet mode.
public enum TtyControl {
    public static let TCOOFF: Int32 = 0
    public static let TCOON: Int32 = 1
    public static let TCIOFF: Int32 = 2
    public static let TCION: Int32 = 3
    public static let TCIFLUSH: Int32 = 0
    public static let TCOFLUSH: Int32 = 1
    public static let TCIOFLUSH: Int32 = 2
    public static let N_TTY: Int32 = 0
    public static let TIOCPKT_DATA: Int32 = 0
    public static let TIOCPKT_FLUSHREAD: Int32 = 1
    public static let TIOCPKT_FLUSHWRITE: Int32 = 2
    public static let TIOCPKT_STOP: Int32 = 4
    public static let TIOCPKT_START: Int32 = 8
    public static let TIOCPKT_NOSTOP: Int32 = 16
    public static let TIOCPKT_DOSTOP: Int32 = 32
    public static let TIOCPKT_IOCTL: Int32 = 64
}
