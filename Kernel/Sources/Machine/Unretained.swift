// SPDX-License-Identifier: Apache-2.0
//
// A reference that does not keep its object alive (Embedded Swift has neither `weak` nor `unowned`). Whoever holds one must be told
// before the object ends: the object's deinit unlinks its holders.

@safe public struct Unretained<T: AnyObject> {
    private let reference: Unmanaged<T>
    public init(_ object: T) { unsafe reference = Unmanaged.passUnretained(object) }

    /// The object, which is alive: see above. Not to be used while it is being deinitialised.
    // SAFETY: holders are unlinked by the object's deinit, under the kernel lock.
    @inline(__always) public var object: T { unsafe reference.takeUnretainedValue() }
}
