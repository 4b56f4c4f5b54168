// SPDX-License-Identifier: Apache-2.0
//
// The guest's registers as the gate saved them. The gate restores from the same place, so writing here changes what the
// guest continues with.

import CMachine

/// A view of one saved register set; valid while the thread is inside the kernel.
@safe public struct Registers {
    @usableFromInline let pointer: UnsafeMutablePointer<cm_regs>

    @inlinable @inline(__always)
    public init(_ pointer: UnsafeMutablePointer<cm_regs>) {
        unsafe self.pointer = pointer
    }

    // SAFETY (all accessors): the pointer comes from the gate or from a slot's frame, both of which live as long as the slot,
    // and only the thread that owns the frame, or its creator before it runs, holds a Registers value.
    @inlinable public var rax: UInt64 {
        get { unsafe pointer.pointee.rax }
        nonmutating set { unsafe pointer.pointee.rax = newValue }
    }
    @inlinable public var number: UInt64 { unsafe pointer.pointee.orig_rax }
    @inlinable public var a0: UInt64 { unsafe pointer.pointee.rdi }
    @inlinable public var a1: UInt64 { unsafe pointer.pointee.rsi }
    @inlinable public var a2: UInt64 { unsafe pointer.pointee.rdx }
    @inlinable public var a3: UInt64 { unsafe pointer.pointee.r10 }
    @inlinable public var a4: UInt64 { unsafe pointer.pointee.r8 }
    @inlinable public var a5: UInt64 { unsafe pointer.pointee.r9 }
    @inlinable public var rip: UInt64 {
        get { unsafe pointer.pointee.rip }
        nonmutating set { unsafe pointer.pointee.rip = newValue }
    }
    @inlinable public var rsp: UInt64 {
        get { unsafe pointer.pointee.rsp }
        nonmutating set { unsafe pointer.pointee.rsp = newValue }
    }

    /// The whole set by value, and back.
    @inlinable public var all: cm_regs {
        get { unsafe pointer.pointee }
        nonmutating set { unsafe pointer.pointee = newValue }
    }
}

/// The whole register set by value.
public typealias RegisterSet = cm_regs
