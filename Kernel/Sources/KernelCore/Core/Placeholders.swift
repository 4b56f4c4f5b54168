// SPDX-License-Identifier: Apache-2.0
//
// Types whose owners are being written.
import LinuxABI
import Machine

public final class Terminal {}
public final class FileLocks {}
public final class InodeWatches {}
public final class Tracer {
    public func begin(_ call: Call, _ number: Int) -> Int { 0 }
    public func end(_ call: Call, _ number: Int, _ token: Int, _ result: Int64) {}
}
public struct ExecImage {}

/// The end of threads and processes; the real one is in Process/.
public enum ProcessLife {
    /// Ends the running thread.
    public static func exitThread(_ thread: Thread) -> Never { Machine.exitHostThread() }
    /// Every thread of `process` is to end with this status; returns, and the caller's thread then exits through `mustExit`.
    public static func exitGroup(_ process: Process, signal: Int32, core: Bool) {}
}
