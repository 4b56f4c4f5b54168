// SPDX-License-Identifier: Apache-2.0
//
// The one object all kernel state hangs from. It lies in shared memory like every other, so every process sees the same.

import CMachine

extension Machine {
    /// Keeps `object` for ever as the kernel's root object.
    public static func setSharedObject<T: AnyObject>(_ object: T) {
        unsafe cm_set_shared_object(Unmanaged.passRetained(object).toOpaque())
    }

    /// The root object; `T` must be the type given to `setSharedObject`.
    @inlinable @inline(__always)
    public static func sharedObject<T: AnyObject>(_ type: T.Type) -> T {
        // SAFETY: set once at boot, before any guest runs, and never released.
        guard let raw = unsafe cm_get_shared_object() else { panic("the kernel is not started") }
        return unsafe Unmanaged<T>.fromOpaque(raw).takeUnretainedValue()
    }

    /// The same without counting a reference, for the hot path.
    @inlinable @inline(__always)
    public static func withSharedObject<T: AnyObject, R>(_ type: T.Type, _ body: (T) -> R) -> R {
        guard let raw = unsafe cm_get_shared_object() else { panic("the kernel is not started") }
        return unsafe Unmanaged<T>.fromOpaque(raw)._withUnsafeGuaranteedRef(body)
    }
}
