// SPDX-License-Identifier: Apache-2.0
// The functions of include/cloister-attested-tls.h.
//
// SAFETY, for everything below: what the header asks of the caller. A party or a connection is a retained reference that its free function
// releases; texts end with zero; a (pointer, count) pair is one buffer of the caller's that lives for the call.

internal import Attestation
internal import AttestationPolicy
internal import AttestedTLS
internal import Foundation
internal import Glibc

typealias EvidenceFunction =
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?
    ) -> Int32

/// Evidence by the caller's function.
@safe private struct CallerEvidence: EvidenceSource, @unchecked Sendable {
    // The header says that it may be called from several threads at once.
    let function: EvidenceFunction
    let context: UnsafeMutableRawPointer?
    static let limit = 256 << 10

    init(_ function: EvidenceFunction, _ context: UnsafeMutableRawPointer?) {
        unsafe self.function = unsafe function
        unsafe self.context = unsafe context
    }

    func evidence(_ reportData: [UInt8]) throws -> EvidenceBundle {
        var size = Self.limit
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.limit) { buffer, count in
            code = unsafe reportData.withUnsafeBufferPointer { unsafe function(context, $0.baseAddress, buffer.baseAddress, &size) }
            count = code == 0 && size >= 0 && size <= Self.limit ? size : 0
        }
        guard code == 0, !bytes.isEmpty else { throw AttestedTLSError(.evidence, "the program gives no evidence (\(code))") }
        return try EvidenceBundle(reading: bytes)
    }
}

private enum Flag {
    static let noEvidence: UInt32 = 1
    static let insecureAnyone: UInt32 = 2
}

private func put(_ text: String, _ room: UnsafeMutablePointer<CChar>?, _ size: Int) {
    guard let room = unsafe room, size > 0 else { return }
    let bytes = text.utf8.prefix(size - 1)
    for (index, byte) in bytes.enumerated() { unsafe room[index] = CChar(bitPattern: byte) }
    unsafe room[bytes.count] = 0
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(validatingCString: pointer)
}

private func wrapped<T: AnyObject>(_ object: T) -> OpaquePointer { unsafe OpaquePointer(Unmanaged.passRetained(object).toOpaque()) }

private func unwrapped<T: AnyObject>(_ pointer: OpaquePointer?, as type: T.Type) -> T? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe Unmanaged<T>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
}

private func release<T: AnyObject>(_ pointer: OpaquePointer?, as type: T.Type) {
    guard let pointer = unsafe pointer else { return }
    unsafe Unmanaged<T>.fromOpaque(UnsafeRawPointer(pointer)).release()
}

@_cdecl("cloister_tls_party_new")
public func partyNew(
    _ policy: UnsafePointer<CChar>?, _ collateral: UnsafePointer<CChar>?,
    _ evidence: (
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?) -> Int32
    )?, _ context: UnsafeMutableRawPointer?, _ flags: UInt32, _ reason: UnsafeMutablePointer<CChar>?, _ room: Int
) -> OpaquePointer? {
    do {
        guard flags & ~(Flag.noEvidence | Flag.insecureAnyone) == 0 else { throw AttestedTLSError(.exchange, "an unknown flag") }
        var source: (any EvidenceSource)?
        if flags & Flag.noEvidence == 0 {
            if let evidence = unsafe evidence { source = unsafe CallerEvidence(evidence, context) } else { source = EnclaveEvidence() }
        }
        var verifier: PeerVerifier?
        switch (unsafe text(policy), flags & Flag.insecureAnyone != 0) {
        case (nil, true): break
        case (let yaml?, false):
            let sets = try unsafe text(collateral).map { [try JSONDecoder().decode(Collateral.self, from: Data($0.utf8))] } ?? []
            verifier = PeerVerifier(policy: try Policy(yaml: yaml), collateral: sets)
        default: throw AttestedTLSError(.exchange, "give a policy in UTF-8, or CLOISTER_TLS_INSECURE_ANYONE without one")
        }
        let identities = IdentityKeeper(name: "cloister", lifetimeSeconds: 3600, evidence: source, clock: { Int64(time(nil)) })
        return unsafe wrapped(Party(identities: identities, verifier: verifier))
    } catch {
        unsafe put("\(error)", reason, room)
        return nil
    }
}

@_cdecl("cloister_tls_party_free")
public func partyFree(_ party: OpaquePointer?) { unsafe release(party, as: Party.self) }

@_cdecl("cloister_tls_open")
public func open(
    _ party: OpaquePointer?, _ descriptor: Int32, _ isServer: Int32, _ milliseconds: Int32, _ reason: UnsafeMutablePointer<CChar>?, _ room: Int
) -> OpaquePointer? {
    guard let party = unsafe unwrapped(party, as: Party.self) else { return nil }
    do {
        return unsafe wrapped(
            try BlockingConnection(party, descriptor, isServer != 0 ? .server : .client, Limit(milliseconds: milliseconds)))
    } catch {
        unsafe put("\(error)", reason, room)
        return nil
    }
}

@_cdecl("cloister_tls_free")
public func free(_ connection: OpaquePointer?) { unsafe release(connection, as: BlockingConnection.self) }

/// -1, with the reason, where `body` throws.
private func attempt(_ pointer: OpaquePointer?, _ body: (BlockingConnection) throws(AttestedTLSError) -> Int) -> Int {
    guard let connection = unsafe unwrapped(pointer, as: BlockingConnection.self) else { return -1 }
    do throws(AttestedTLSError) {
        connection.reason = ""
        return try body(connection)
    } catch {
        connection.reason = error.description
        return -1
    }
}

@_cdecl("cloister_tls_read")
public func read(_ connection: OpaquePointer?, _ bytes: UnsafeMutableRawPointer?, _ room: Int, _ milliseconds: Int32) -> Int {
    unsafe attempt(connection) { (connection) throws(AttestedTLSError) in
        guard let bytes = unsafe bytes, room > 0 else { throw AttestedTLSError(.exchange, "there is no room to read into") }
        guard let data = try connection.read(limit: min(room, 1 << 20), Limit(milliseconds: milliseconds)) else { return 0 }
        unsafe UnsafeMutableRawBufferPointer(start: bytes, count: room).copyBytes(from: data)
        return data.count
    }
}

@_cdecl("cloister_tls_write")
public func write(_ connection: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ count: Int, _ milliseconds: Int32) -> Int {
    unsafe attempt(connection) { (connection) throws(AttestedTLSError) in
        guard count > 0, let bytes = unsafe bytes else { return 0 }
        try connection.write(unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count)), Limit(milliseconds: milliseconds))
        return count
    }
}

@_cdecl("cloister_tls_end")
public func end(_ connection: OpaquePointer?, _ milliseconds: Int32) -> Int32 {
    let result = unsafe attempt(connection) { (connection) throws(AttestedTLSError) in
        try connection.end(Limit(milliseconds: milliseconds))
        return 0
    }
    return Int32(truncatingIfNeeded: result)
}

@_cdecl("cloister_tls_reason")
public func reason(_ connection: OpaquePointer?, _ reason: UnsafeMutablePointer<CChar>?, _ room: Int) {
    unsafe put(unwrapped(connection, as: BlockingConnection.self)?.reason ?? "there is no connection", reason, room)
}

@_cdecl("cloister_tls_peer")
public func peer(_ connection: OpaquePointer?, _ json: UnsafeMutablePointer<CChar>?, _ room: Int) -> Int {
    guard let facts = unsafe unwrapped(connection, as: BlockingConnection.self)?.facts else { return 0 }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(facts.result) else { return 0 }
    let text = String(decoding: bytes, as: UTF8.self)
    unsafe put(text, json, room)
    return text.utf8.count
}
