// SPDX-License-Identifier: Apache-2.0
import Machine
@c public func cloister_main() { Machine.print("hello\n"); let a = [1,2,3]; if a.count == 3 { Machine.exitHostProcess(3) } }
@c public func cloister_syscall(_ r: UnsafeMutableRawPointer) -> Int64 { 0 }
@c public func cloister_syscall_trapped(_ r: UnsafeMutableRawPointer) -> Int64 { 0 }
@c public func cloister_exit_work(_ r: UnsafeMutableRawPointer) {}
@c public func cloister_child_start(_ r: UnsafeMutableRawPointer) {}
@c public func cloister_interrupt(_ r: UnsafeMutableRawPointer, _ x: UInt64, _ s: Int32, _ c: Int32, _ a: UInt64, _ t: UInt64, _ e: UInt64) -> Int32 { 0 }
