// SPDX-License-Identifier: Apache-2.0
//
// The families that make up the table; one line each.

public enum AllFamilies {
    public static func table() -> SyscallTable {
        SyscallTable([
            // First, so that a real call of the same number wins.
            Refused.entries(),
            ProcessCalls.entries(),
            MemoryCalls.entries(),
            SharedSegmentCalls.entries(),
            SemaphoreCalls.entries(),
            MessageQueueCalls.entries(),
            CredentialCalls.entries(),
            Limits.entries(),
            Scheduling.entries(),
            SystemCalls.entries(),
            PrctlCalls.entries(),
            MiscCalls.entries(),
            ProcessMemoryCalls.entries(),
            Pipes.entries(),
            Polling.entries(),
            FileTransfers.entries(),
            FileOpening.entries(),
            Descriptors.entries(),
            Locks.entries(),
            Attributes.entries(),
            AttributeChanges.entries(),
            DirectoryReading.entries(),
            DirectoryChanges.entries(),
            Syncing.entries(),
            Copying.entries(),
            Xattr.entries(),
            InotifyCalls.entries(),
            Mounts.entries(),
            Events.entries(),
            SignalCalls.entries(),
            SignalSending.entries(),
            Sockets.entries(),
            TimeCalls.entries(),
            TimerCalls.entries(),
            FutexCalls.entries(),
        ])
    }
}
