// SPDX-License-Identifier: Apache-2.0
// The one protocol of what keeps the broker's state, so that another database can take SQLite's place. Every change takes the
// audit event that tells of it, and both are written or neither is.
package import KeyBrokerProtocol

package protocol BrokerStorage: Sendable {
    /// Stores a next version. `seal` gets its number, so that the number can be authenticated with the secret.
    func putResource(
        _ path: ResourcePath, size: Int, event: AuditEvent, seal: @escaping @Sendable (_ version: Int) throws -> SealedSecret
    ) async throws -> Int
    /// Wipes every version.
    func deleteResource(_ path: ResourcePath, event: AuditEvent) async throws
    /// The latest version, or nil.
    func resource(_ path: ResourcePath) async throws -> StoredResource?
    /// Decides about a release and records what was decided as one step: no change of a policy comes between. The event is on the
    /// disk before this returns; nil leaves none. `decide` must be quick: other writes wait for it.
    func release<Outcome: Sendable>(
        _ path: ResourcePath, decide: @escaping @Sendable (ReleaseBasis) throws -> (event: AuditEvent?, outcome: Outcome)
    ) async throws -> Outcome
    func resources() async throws -> [ResourceListing]

    func putPolicy(_ scope: PolicyScope, text: String, event: AuditEvent) async throws -> Int
    func policy(_ scope: PolicyScope) async throws -> StoredPolicy?
    func policies() async throws -> [StoredPolicy]

    func putReferenceValue(_ name: String, values: [String], provenance: String, event: AuditEvent) async throws -> Int
    func referenceValues() async throws -> [ReferenceValue]

    /// Binds it to the versions of the secret and of the policy in force, if `subject` is a secret's path.
    @discardableResult
    func putApproval(_ subject: String, event: AuditEvent) async throws -> Approval
    /// The actor's own.
    func withdrawApproval(_ subject: String, event: AuditEvent) async throws
    func approvals(of subject: String) async throws -> [Approval]
    func approvals() async throws -> [Approval]

    func addOperator(_ new: BrokerOperator, event: AuditEvent) async throws
    func removeOperator(_ name: String, event: AuditEvent) async throws
    func operators() async throws -> [BrokerOperator]

    func setMasterKey(_ record: MasterKeyRecord, event: AuditEvent) async throws
    func masterKey() async throws -> MasterKeyRecord?
    /// Wraps every secret's own key anew, and puts `record` in the place of the one named `old`. Returns how many secrets there were.
    func rotateMasterKey(
        from old: String, to record: MasterKeyRecord, event: AuditEvent, rewrap: @escaping @Sendable (_ wrappedKey: [UInt8]) throws -> [UInt8]
    ) async throws -> Int

    /// Makes all changes or none; throws `changed` if a document has another version than a change expects.
    func putDocuments(_ changes: [DocumentChange], event: AuditEvent) async throws
    func document(_ kind: String, _ name: String) async throws -> StoredDocument?
    func documents(_ kind: String) async throws -> [StoredDocument]

    /// Returns once the entry cannot be lost any more.
    func record(_ event: AuditEvent) async throws
    func auditEntries(after sequence: Int, limit: Int) async throws -> [AuditEntry]

    func close() async throws
}
