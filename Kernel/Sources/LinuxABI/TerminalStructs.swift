// SPDX-License-Identifier: Apache-2.0
//
// Terminal structures of the kernel, which are not those of the C library: ioctl_tty(2).

/// `struct termios` of the kernel (TCGETS), 36 bytes.
public struct Termios: BitwiseCopyable, Sendable {
    public var c_iflag: UInt32
    public var c_oflag: UInt32
    public var c_cflag: UInt32
    public var c_lflag: UInt32
    public var c_line: UInt8
    public var c_cc: InlineArray<19, UInt8>

    public init(
        c_iflag: UInt32 = 0,
        c_oflag: UInt32 = 0,
        c_cflag: UInt32 = 0,
        c_lflag: UInt32 = 0,
        c_line: UInt8 = 0,
        c_cc: InlineArray<19, UInt8> = InlineArray(repeating: 0)
    ) {
        self.c_iflag = c_iflag
        self.c_oflag = c_oflag
        self.c_cflag = c_cflag
        self.c_lflag = c_lflag
        self.c_line = c_line
        self.c_cc = c_cc
    }
}

/// `struct termios2` (TCGETS2), 44 bytes.
public struct Termios2: BitwiseCopyable, Sendable {
    public var c_iflag: UInt32
    public var c_oflag: UInt32
    public var c_cflag: UInt32
    public var c_lflag: UInt32
    public var c_line: UInt8
    public var c_cc: InlineArray<19, UInt8>
    public var c_ispeed: UInt32
    public var c_ospeed: UInt32

    public init(
        c_iflag: UInt32 = 0,
        c_oflag: UInt32 = 0,
        c_cflag: UInt32 = 0,
        c_lflag: UInt32 = 0,
        c_line: UInt8 = 0,
        c_cc: InlineArray<19, UInt8> = InlineArray(repeating: 0),
        c_ispeed: UInt32 = 0,
        c_ospeed: UInt32 = 0
    ) {
        self.c_iflag = c_iflag
        self.c_oflag = c_oflag
        self.c_cflag = c_cflag
        self.c_lflag = c_lflag
        self.c_line = c_line
        self.c_cc = c_cc
        self.c_ispeed = c_ispeed
        self.c_ospeed = c_ospeed
    }
}

/// `struct winsize`, 8 bytes.
public struct Winsize: BitwiseCopyable, Sendable {
    public var ws_row: UInt16
    public var ws_col: UInt16
    public var ws_xpixel: UInt16
    public var ws_ypixel: UInt16

    public init(ws_row: UInt16 = 0, ws_col: UInt16 = 0, ws_xpixel: UInt16 = 0, ws_ypixel: UInt16 = 0) {
        self.ws_row = ws_row
        self.ws_col = ws_col
        self.ws_xpixel = ws_xpixel
        self.ws_ypixel = ws_ypixel
    }
}
