// SPDX-License-Identifier: Apache-2.0
// The store on a PostgreSQL server of the test's own.
import Foundation
import KeyBrokerProtocol
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import BrokerStore

/// A server in a folder, without a network, that ends with the test.
final class PostgresServer {
    private let folder: TemporaryFolder
    private let command: [String]
    private var server: Process

    var url: String { "host=\(folder.path) user=postgres dbname=postgres" }

    /// nil, and a recorded issue, where PostgreSQL is not installed.
    static func start() throws -> PostgresServer? {
        let base = "/usr/lib/postgresql"
        guard let version = (try? FileManager.default.contentsOfDirectory(atPath: base))?.compactMap({ Int($0) }).max() else {
            Issue.record("PostgreSQL is not installed under \(base); make deps installs it")
            return nil
        }
        return try PostgresServer(programs: "\(base)/\(version)/bin")
    }

    private init(programs: String) throws {
        folder = try TemporaryFolder()
        let data = folder.path + "/data"
        // The server refuses to run as root.
        let isRoot = NSUserName() == "root"
        let prefix = isRoot ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        if isRoot { try Self.run(["/bin/chown", "postgres", folder.path]).waitUntilExit() }
        let made = try Self.run(prefix + ["\(programs)/initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"])
        made.waitUntilExit()
        #expect(made.terminationStatus == 0)
        command = prefix + ["\(programs)/postgres", "-D", data, "-k", folder.path, "-c", "listen_addresses=", "-c", "fsync=off"]
        server = try Self.run(command)
    }

    func opened(isReader: Bool = false, waiting: Int = 10_000) async throws -> PostgresStorage {
        var last: (any Error)?
        for _ in 0..<200 {
            do { return try await PostgresStorage(url: url, isReader: isReader, waiting: waiting) } catch { last = error }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw last ?? BrokerStoreError.unavailable("never asked")
    }

    /// A connection as a broker's, in a transaction that has the brokers' lock.
    func holdingLock() throws -> PostgresConnection {
        let connection = try PostgresConnection(url, isReadOnly: false)
        try connection.run("BEGIN")
        try connection.run("SELECT pg_advisory_xact_lock($1::bigint)", [.integer(PostgresCommits.advisoryLock)])
        return connection
    }

    /// What a statement of the server's owner does.
    func run(_ sql: String) throws {
        try PostgresConnection(url, isReadOnly: false).run(sql)
    }

    private static func run(_ words: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    func stop() {
        // The quick way: SIGTERM would wait for clients.
        server.interrupt()
        server.waitUntilExit()
    }

    func restart() throws {
        stop()
        server = try Self.run(command)
    }

    deinit { if server.isRunning { stop() } }
}

/// Answers that it has no TLS, and keeps what came.
private final class NoTLS: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    final class Received: Sendable {
        let text = Mutex("")
    }

    private let received: Received

    init(_ received: Received) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        let isFirst = received.text.withLock { all in
            defer { all += text }
            return all.isEmpty
        }
        if isFirst { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "N")), promise: nil) } else { context.close(promise: nil) }
    }
}

@Suite struct PostgresAddressTests {
    @Test(arguments: [
        ("postgresql://db.example/x", nil), ("postgresql://db.example/x?sslmode=verify-full", nil),
        ("postgresql:///x?host=/run&sslmode=disable", nil),
        ("postgresql://db.example/x?sslmode=require", "require"), ("postgresql:///x?host=db.example&sslmode=prefer", "prefer"),
        ("postgresql:///x?hostaddr=192.0.2.1&sslmode=verify-ca", "verify-ca"),
    ]) func weakTransportIsNamed(_ url: String, _ mode: String?) {
        #expect(PostgresStorage.weakTransport(url) == mode)
    }

    /// A server that says it has no TLS gets nothing: neither a name nor a password.
    @Test func aServerWithoutTLSIsRefusedOverANetwork() async throws {
        let received = NoTLS.Received()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in channel.pipeline.addHandler(NoTLS(received)) }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        await #expect(throws: BrokerStoreError.self) { _ = try await PostgresStorage(url: "postgresql://ann@127.0.0.1:\(port)/x") }
        #expect(!received.text.withLock { $0 }.contains("ann"))
        try await server.close()
    }
}

@Suite(.serialized) struct PostgresTests {
    private func event(_ time: Int64 = 1) -> AuditEvent {
        AuditEvent(time: time, actor: "ann", action: "test", subject: "s", details: ["b": "\u{0}", "a": "\"é'\\"])
    }

    private func chain(_ storage: PostgresStorage) async throws -> AuditChain {
        var chain = AuditChain()
        for entry in try await storage.auditEntries(after: 0, limit: 10_000) { try chain.append(entry) }
        return chain
    }

    @Test func everythingIsKeptAndTwoBrokersShareIt() async throws {
        guard let server = try PostgresServer.start() else { return }
        let first = try await server.opened()
        try await StorageContract.fill(first)
        let second = try await server.opened()
        try await StorageContract.check(second)
        try await StorageContract.rotate(first)
        try await StorageContract.approve(second)
        // Both write at once; every write has its place in the one chain.
        let before = try await chain(first).count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask { try await (index.isMultiple(of: 2) ? first : second).record(event(Int64(index))) }
            }
            for index in 0..<20 {
                group.addTask {
                    await #expect(throws: BrokerStoreError.self) {
                        try await (index.isMultiple(of: 2) ? first : second).removeOperator("nobody", event: event())
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await chain(second).count == before + 200)
        try await first.close()
        try await second.close()
        server.stop()
    }

    @Test func aServerThatIsGoneIsAnErrorAndNothingElse() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened()
        try await storage.record(event())
        server.stop()
        for _ in 0..<2 {
            let problem = await #expect(throws: BrokerStoreError.self) { try await storage.record(event()) }
            if case .unavailable? = problem {} else { Issue.record("\(String(describing: problem))") }
            await #expect(throws: BrokerStoreError.self) { _ = try await storage.operators() }
        }
        try await storage.close()
    }

    @Test func aZeroByteIsRefusedAndNotCut() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened()
        await #expect(throws: BrokerStoreError.self) { try await storage.putApproval("a\u{0}b", event: event()) }
        #expect(try await storage.approvals().isEmpty)
        #expect(try await chain(storage).count == 0)
        try await storage.close()
        server.stop()
    }

    @Test func aServerThatCameBackIsUsedAtOnce() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened()
        try await storage.record(event())
        _ = try await storage.operators()
        try server.restart()
        // Another client waits until it serves; the first one's connections are still the old ones.
        try await server.opened().close()
        try await storage.record(event())
        #expect(try await storage.operators().isEmpty)
        #expect(try await chain(storage).count == 2)
        try await storage.close()
        server.stop()
    }

    /// Settings of a database that would break what is promised: they are not the broker's.
    @Test func theDatabasesOwnSettingsDoNotMatter() async throws {
        guard let server = try PostgresServer.start() else { return }
        try await server.opened().close()
        for setting in [
            "default_transaction_isolation = 'serializable'", "synchronous_commit = off", "bytea_output = escape", "client_encoding = 'LATIN1'",
            "default_transaction_read_only = on",
        ] { try server.run("ALTER DATABASE postgres SET \(setting)") }
        let first = try await server.opened()
        let second = try await server.opened()
        try await StorageContract.fill(first)
        try await StorageContract.check(second)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                group.addTask { try await (index.isMultiple(of: 2) ? first : second).record(event(Int64(index))) }
            }
            try await group.waitForAll()
        }
        #expect(try await chain(second).count == 118)
        try await first.close()
        try await second.close()
        server.stop()
    }

    /// As a later version of the broker may do it while this one runs: one request may fail, and the next one does not.
    @Test func aTableThatGetsAColumnIsReadAgain() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened()
        let path = try #require(ResourcePath("a/b/c"))
        _ = try await storage.putPolicy(.everything, text: "p", event: event())
        for _ in 0..<2 { _ = try await storage.release(path) { (event(), $0) } }
        try server.run("ALTER TABLE policy ADD COLUMN later text")
        try server.run("ALTER TABLE audit ADD COLUMN later text")
        _ = try? await storage.release(path) { (event(), $0) }
        #expect(try await storage.release(path) { (event(), $0) }.policy?.text == "p")
        _ = try? await storage.auditEntries(after: 0, limit: 10)
        _ = try await chain(storage)
        try await storage.close()
        server.stop()
    }

    @Test func aReaderChangesNothing() async throws {
        guard let server = try PostgresServer.start() else { return }
        let reader = try await server.opened(isReader: true)
        // The server may still be starting; that has another reason.
        var problem: BrokerStoreError?
        for _ in 0..<200 {
            problem = await #expect(throws: BrokerStoreError.self) { _ = try await reader.auditEntries(after: 0, limit: 1) }
            if problem?.description.contains("no tables of a broker") == true { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(problem?.description.contains("no tables of a broker") == true, "\(String(describing: problem))")
        let storage = try await server.opened()
        try await storage.record(event())
        #expect(try await reader.auditEntries(after: 0, limit: 10).count == 1)
        for each in [storage, reader] { try await each.close() }
        server.stop()
    }

    @Test func aBrokerThatStandsStillLosesItsTurn() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened()
        let still = try server.holdingLock()
        try await storage.record(event())
        #expect(throws: PostgresError.self) { try still.run("COMMIT") }
        #expect(try await chain(storage).count == 1)
        try await storage.close()
        server.stop()
    }

    @Test func notMoreThanTheLimitWaitForADatabaseThatStandsStill() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened(waiting: 5)
        let still = try server.holdingLock()
        try await StorageContract.crowd(storage, count: 20, limit: 5) { try still.run("COMMIT") }
        #expect(try await storage.auditEntries(after: 0, limit: 100).count < 20)
        try await storage.close()
        server.stop()
    }

    @Test func aChangedEntryIsFound() async throws {
        guard let server = try PostgresServer.start() else { return }
        let storage = try await server.opened()
        for index in 0..<3 { try await storage.record(event(Int64(index))) }
        try server.run("UPDATE audit SET entry = replace(entry, 'ann', 'bob') WHERE sequence = 2")
        let broken = await #expect(throws: AuditChain.Break.self) { _ = try await chain(storage) }
        #expect(broken?.sequence == 2)
        try await storage.close()
        server.stop()
    }
}
