// SPDX-License-Identifier: Apache-2.0
//
// eventfd(2), epoll_create(2), epoll_ctl(2), epoll_wait(2) and their variants.

import LinuxABI
import Machine

public enum Events {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.eventfd) { call throws(Errno) in try eventfd(call, flags: 0) },
            SyscallEntry(SyscallNumber.eventfd2) { call throws(Errno) in try eventfd(call, flags: call.i1) },
            SyscallEntry(SyscallNumber.epoll_create) { call throws(Errno) in
                guard call.i0 > 0 else { throw .EINVAL }
                return try create(call, flags: 0)
            },
            SyscallEntry(SyscallNumber.epoll_create1) { call throws(Errno) in try create(call, flags: call.i0) },
            SyscallEntry(SyscallNumber.epoll_ctl) { call throws(Errno) in try control(call) },
            SyscallEntry(SyscallNumber.epoll_wait) { call throws(Errno) in
                try wait(call, until: PollTimeout.milliseconds(call.i3), isPoll: call.i3 == 0)
            },
            SyscallEntry(SyscallNumber.epoll_pwait) { call throws(Errno) in
                try masked(call, until: PollTimeout.milliseconds(call.i3), isPoll: call.i3 == 0)
            },
            SyscallEntry(SyscallNumber.epoll_pwait2) { call throws(Errno) in
                try masked(call, until: try PollTimeout.read(call.a3), isPoll: false)
            },
        ]
    }

    private static func eventfd(_ call: Call, flags: Int32) throws(Errno) -> Int {
        guard flags & ~(Eventfd.EFD_SEMAPHORE | Eventfd.EFD_CLOEXEC | Eventfd.EFD_NONBLOCK) == 0 else { throw .EINVAL }
        let file = EventFile(call.u0, flags: flags)
        return Int(try call.files.add(file, closeOnExec: flags & Eventfd.EFD_CLOEXEC != 0, limit: call.process.limits.openFiles))
    }

    private static func create(_ call: Call, flags: Int32) throws(Errno) -> Int {
        guard flags & ~EpollControl.EPOLL_CLOEXEC == 0 else { throw .EINVAL }
        let file = EpollFile()
        return Int(try call.files.add(file, closeOnExec: flags != 0, limit: call.process.limits.openFiles))
    }

    private static func control(_ call: Call) throws(Errno) -> Int {
        let operation = call.i1
        var event = EpollEvent()
        if operation != EpollControl.EPOLL_CTL_DEL { event = try UserMemory.read(call.a3, EpollEvent.self) }
        let set = try call.files.real(call.i0)
        let target = try call.files.real(call.i2)
        guard target.waitQueue != nil || target.hostDescriptor != nil else { throw .EPERM }
        guard target !== set, let epoll = set as? EpollFile else { throw .EINVAL }
        let inner = target as? EpollFile
        if event.events & Epoll.EPOLLEXCLUSIVE != 0 {
            let allowed =
                Epoll.EPOLLIN | Epoll.EPOLLOUT | Epoll.EPOLLERR | Epoll.EPOLLHUP | Epoll.EPOLLWAKEUP | Epoll.EPOLLET | Epoll.EPOLLEXCLUSIVE
            guard operation != EpollControl.EPOLL_CTL_MOD, inner == nil, event.events & ~allowed == 0 else { throw .EINVAL }
        }
        switch operation {
        case EpollControl.EPOLL_CTL_ADD:
            if let inner, !epoll.mayWatch(inner) { throw .ELOOP }
            try epoll.add(target, call.i2, event)
        case EpollControl.EPOLL_CTL_MOD: try epoll.modify(target, call.i2, event)
        case EpollControl.EPOLL_CTL_DEL: try epoll.remove(target, call.i2)
        default: throw .EINVAL
        }
        return 0
    }

    private static func masked(_ call: Call, until deadline: Deadline?, isPoll: Bool) throws(Errno) -> Int {
        try TemporaryMask.set(call.a4, size: call.a5, call.thread)
        do {
            let count = try wait(call, until: deadline, isPoll: isPoll)
            TemporaryMask.restore(call.thread, interrupted: false)
            return count
        } catch {
            TemporaryMask.restore(call.thread, interrupted: error == .EINTR)
            throw error
        }
    }

    private static func wait(_ call: Call, until deadline: Deadline?, isPoll: Bool) throws(Errno) -> Int {
        let maximum = Int(call.i2)
        guard maximum > 0, maximum <= Int(Int32.max) / 12 else { throw .EINVAL }
        guard UserMemory.isValid(call.a1, UInt64(maximum) * 12) else { throw .EFAULT }
        guard let epoll = try call.files.real(call.i0) as? EpollFile else { throw .EINVAL }
        return try epoll.wait(call.a1, maximum, call.thread, until: deadline, isPoll: isPoll)
    }
}
