// SPDX-License-Identifier: Apache-2.0
//
// An open file description (open(2)). One object for every descriptor that refers to it; what happens at the last close is in the
// subclass's deinit, which runs under the kernel lock.

import LinuxABI
import Machine

/// Poll event bits (POLLIN and friends).
public typealias PollEvents = UInt32

open class OpenFile {
    /// Access mode and status flags: O_ACCMODE, O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT, O_PATH, ….
    public var flags: Int32
    public let inode: Inode?
    /// Where it was opened, for /proc/self/fd and directory-relative calls.
    public var location: Location?
    public var position: Int64 = 0
    /// F_SETOWN and F_SETSIG: remembered.
    public var signalOwner = FOwnerEx() { didSet { ownerChanged() } }
    public var ownerSignal: Int32 = 0
    /// epoll registrations of this description; they end with it.
    var watchers: [EpollItem] = []

    public init(flags: Int32, inode: Inode?, location: Location? = nil) {
        self.flags = flags
        self.inode = inode
        self.location = location
    }

    deinit {
        for watcher in watchers { watcher.fileIsGone() }
        guard let inode else { return }
        if let locks = inode.locks { locks.descriptionGone(ObjectIdentifier(self)) }
        if flags & Open.O_PATH == 0 { InodeEvents.closed(inode, location, wasWritable: flags & Open.O_ACCMODE != Open.O_RDONLY) }
    }

    @inline(__always) public var isNonblocking: Bool { flags & Open.O_NONBLOCK != 0 }
    @inline(__always) public var isReadable: Bool { flags & (Open.O_ACCMODE | Open.O_PATH) != Open.O_WRONLY && flags & Open.O_PATH == 0 }
    @inline(__always) public var isWritable: Bool { flags & Open.O_ACCMODE != Open.O_RDONLY && flags & Open.O_PATH == 0 }
    public var isPathOnly: Bool { flags & Open.O_PATH != 0 }

    // MARK: to be overridden. Access mode and O_PATH have been checked by the caller.

    /// Reads at the file's position (or from the stream). Returns bytes; 0 is the end.
    open func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EINVAL }
    open func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EINVAL }
    open func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int { throw .ESPIPE }
    open func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int { throw .ESPIPE }
    open func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 { throw .ESPIPE }
    /// The events that hold now, of all kinds.
    open func poll() -> PollEvents { UInt32(Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDNORM | Poll.POLLWRNORM) }
    /// Notified whenever `poll()` may have changed; nil when it never does.
    open var waitQueue: WaitQueue? { nil }
    /// A host descriptor that must be polled as well (sockets, terminals of the host); nil when the kernel knows everything.
    open var hostDescriptor: Int32? { nil }
    /// Whether what the host says of `hostDescriptor` stands beside what the kernel knows, and `pollInside()` is that alone. Otherwise
    /// the host only says when `poll()` is worth a look; without a `waitQueue` the host says everything.
    open var hostStandsBeside: Bool { false }
    open func pollInside() -> PollEvents { poll() }
    open func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int { throw .ENOTTY }
    /// Directory entries from `position`: `emit(name, inode number, type, next position)` returns false when the buffer is full.
    open func readDirectory(_ emit: (_ name: [UInt8], _ number: UInt64, _ type: UInt8, _ next: Int64) -> Bool) throws(Errno) {
        throw .ENOTDIR
    }
    open func truncate(_ size: Int64) throws(Errno) { throw .EINVAL }
    open func sync() throws(Errno) {}
    /// What mmap maps: file contents in page memory. Throws ENODEV when the file cannot be mapped.
    open func contentForMapping() throws(Errno) -> FileContent { throw .ENODEV }
    /// A last word before the content is mapped (seals).
    open func willMap(_ request: inout MapRequest) throws(Errno) {}
    /// The text of the /proc/self/fd link when there is no location, such as `pipe:[7]`.
    open var linkText: [UInt8] { [UInt8]("anon_inode:[file]") }
    /// Called for each close of a descriptor (POSIX locks, flush), with the table it leaves.
    open func descriptorClosed(_ process: Process) {}
    /// O_NONBLOCK, O_APPEND and the like were changed by fcntl.
    open func flagsChanged() {}
    /// F_SETOWN gave it another owner.
    open func ownerChanged() {}
    /// F_GETPIPE_SZ and F_SETPIPE_SZ; EBADF for what is not a pipe.
    open func pipeCapacity() throws(Errno) -> Int { throw .EBADF }
    open func setPipeCapacity(_ bytes: Int, _ thread: Thread) throws(Errno) -> Int { throw .EBADF }
}

/// A file that mmap does not map by content: /dev/zero, or a file of a host mount.
open class DirectMapping: OpenFile {
    /// Fills in what the mapping is of.
    open func prepare(_ request: inout MapRequest) throws(Errno) {}
}
