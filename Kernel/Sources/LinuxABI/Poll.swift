// SPDX-License-Identifier: Apache-2.0
//
// Waiting for descriptors: poll(2), epoll(7), eventfd(2), signalfd(2), inotify(7).

/// Events of poll(2).
public enum Poll {
    public static let POLLIN: Int16 = 1
    public static let POLLPRI: Int16 = 2
    public static let POLLOUT: Int16 = 4
    public static let POLLERR: Int16 = 8
    public static let POLLHUP: Int16 = 0x10
    public static let POLLNVAL: Int16 = 0x20
    public static let POLLRDNORM: Int16 = 0x40
    public static let POLLRDBAND: Int16 = 0x80
    public static let POLLWRNORM: Int16 = 0x100
    public static let POLLWRBAND: Int16 = 0x200
    public static let POLLMSG: Int16 = 0x400
    public static let POLLREMOVE: Int16 = 0x1000
    public static let POLLRDHUP: Int16 = 0x2000
}

/// Events of epoll_ctl(2).
public enum Epoll {
    public static let EPOLLIN: UInt32 = 1
    public static let EPOLLPRI: UInt32 = 2
    public static let EPOLLOUT: UInt32 = 4
    public static let EPOLLERR: UInt32 = 8
    public static let EPOLLHUP: UInt32 = 0x10
    public static let EPOLLNVAL: UInt32 = 0x20
    public static let EPOLLRDNORM: UInt32 = 0x40
    public static let EPOLLRDBAND: UInt32 = 0x80
    public static let EPOLLWRNORM: UInt32 = 0x100
    public static let EPOLLWRBAND: UInt32 = 0x200
    public static let EPOLLMSG: UInt32 = 0x400
    public static let EPOLLRDHUP: UInt32 = 0x2000
    public static let EPOLLEXCLUSIVE: UInt32 = 0x1000_0000
    public static let EPOLLWAKEUP: UInt32 = 0x2000_0000
    public static let EPOLLONESHOT: UInt32 = 0x4000_0000
    public static let EPOLLET: UInt32 = 0x8000_0000
}

/// Operations of epoll_ctl(2), flags of epoll_create1(2).
public enum EpollControl {
    public static let EPOLL_CTL_ADD: Int32 = 1
    public static let EPOLL_CTL_DEL: Int32 = 2
    public static let EPOLL_CTL_MOD: Int32 = 3
    public static let EPOLL_CLOEXEC: Int32 = 0x0008_0000
}

/// Flags of eventfd2(2).
public enum Eventfd {
    public static let EFD_SEMAPHORE: Int32 = 1
    public static let EFD_CLOEXEC: Int32 = 0o2000000
    public static let EFD_NONBLOCK: Int32 = 0o4000
}

/// Flags of signalfd4(2).
public enum Signalfd {
    public static let SFD_CLOEXEC: Int32 = 0o2000000
    public static let SFD_NONBLOCK: Int32 = 0o4000
}

/// Events and flags of inotify(7).
public enum Inotify {
    public static let IN_ACCESS: UInt32 = 1
    public static let IN_MODIFY: UInt32 = 2
    public static let IN_ATTRIB: UInt32 = 4
    public static let IN_CLOSE_WRITE: UInt32 = 8
    public static let IN_CLOSE_NOWRITE: UInt32 = 0x10
    public static let IN_OPEN: UInt32 = 0x20
    public static let IN_MOVED_FROM: UInt32 = 0x40
    public static let IN_MOVED_TO: UInt32 = 0x80
    public static let IN_CREATE: UInt32 = 0x100
    public static let IN_DELETE: UInt32 = 0x200
    public static let IN_DELETE_SELF: UInt32 = 0x400
    public static let IN_MOVE_SELF: UInt32 = 0x800
    public static let IN_UNMOUNT: UInt32 = 0x2000
    public static let IN_Q_OVERFLOW: UInt32 = 0x4000
    public static let IN_IGNORED: UInt32 = 0x8000
    public static let IN_ONLYDIR: UInt32 = 0x0100_0000
    public static let IN_DONT_FOLLOW: UInt32 = 0x0200_0000
    public static let IN_EXCL_UNLINK: UInt32 = 0x0400_0000
    public static let IN_MASK_CREATE: UInt32 = 0x1000_0000
    public static let IN_MASK_ADD: UInt32 = 0x2000_0000
    public static let IN_ISDIR: UInt32 = 0x4000_0000
    public static let IN_ONESHOT: UInt32 = 0x8000_0000
    public static let IN_CLOEXEC: UInt32 = 0x0008_0000
    public static let IN_NONBLOCK: UInt32 = 0x800
}
