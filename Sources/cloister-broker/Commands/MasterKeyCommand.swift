// SPDX-License-Identifier: Apache-2.0
// cloister-broker master-key
import ArgumentParser
import BrokerStore
import Foundation
import KeyBrokerProtocol

struct MasterKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key",
        abstract: "Make or change the key that seals a database's secrets.",
        discussion: """
            Example:
              cloister-broker master-key new --database broker.db --threshold 2 --shares 3 shares/
              cloister-broker master-key rotate --database broker.db --share share-1 --share share-2 --threshold 2 --shares 3 new-shares/
            """,
        subcommands: [NewMasterKey.self, RotateMasterKey.self])

    private static let prefix = "cloister-master-key-1."

    static func fileText(of key: MasterKey) -> String { prefix + Base64URL.encode(key.bytes) + "\n" }

    static func key(fromFileText text: String) -> MasterKey? {
        guard text.hasPrefix(prefix), let bytes = Base64URL.decode(text.dropFirst(prefix.count)) else { return nil }
        return MasterKey(bytes: bytes)
    }
}

struct NewMasterKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make it, and write one share for each operator; the key itself is written nowhere.",
        discussion: """
            Each share goes to another operator; THRESHOLD of them unlock the broker after each start. With --config and no FOLDER there are no
            shares: a key that never leaves the PKCS #11 token of the configuration wraps it, and is made when the token has none of that name.

            Example:
              cloister-broker master-key new --database broker.db --threshold 2 --shares 3 shares/
              cloister-broker master-key new --config broker.yaml
              cloister-broker master-key new --database try.db --insecure-key-file master.key
            """)

    @OptionGroup var place: MasterKeyPlace
    @OptionGroup var holders: MasterKeyHolders

    func run() async throws {
        try PrivateMemory.require()
        let key = MasterKey()
        let settings = try place.settings()
        let holders = try holders.choose(settings)
        let database = place.database(settings)
        let storage = try await Databases.open(database)
        // Files first: a key that the database names must be in somebody's hands.
        if try await storage.masterKey() != nil {
            throw CommandFailure(.cannotCreate, "\(Databases.name(database)) has a master key already; change it with master-key rotate")
        }
        let kept = try holders.keep(key, database)
        var event = Databases.event("master key new", key.idText)
        event.details = kept.details
        try await Databases.run { [event] in try await storage.setMasterKey(kept.record, event: event) }
        try await storage.close()
        Output.line("master key \(key.idText): \(kept.words)")
    }
}

struct RotateMasterKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make another, and wrap every secret of the database under it instead.",
        discussion: """
            The present key comes from --share, as often as the threshold says, or from the token of --config. The new one is held as by
            master-key new. Brokers that run must be unlocked again; what is kept of the old database still opens with the old key.

            Example:
              cloister-broker master-key rotate --database broker.db --share share-1 --share share-2 --threshold 2 --shares 3 new-shares/
              cloister-broker master-key rotate --config broker.yaml
            """)

    @OptionGroup var place: MasterKeyPlace
    @OptionGroup var holders: MasterKeyHolders

    @Option(help: ArgumentHelp("A share of the present key; may be given several times.", valueName: "FILE"))
    var share: [String] = []

    @Option(help: ArgumentHelp("The present key, where a file has all of it.", valueName: "FILE"))
    var insecurePresentKeyFile: String?

    func run() async throws {
        try PrivateMemory.require()
        let settings = try place.settings()
        let holders = try holders.choose(settings)
        let database = place.database(settings)
        if !Databases.isPostgres(database), !FileManager.default.fileExists(atPath: database) {
            throw CommandFailure(.notFound, "\(database) does not exist")
        }
        let storage = try await Databases.open(database)
        guard let old = try await storage.masterKey() else {
            throw CommandFailure(.notFound, "\(Databases.name(database)) has no master key yet; make it with master-key new")
        }
        let present = try await Databases.run { try presentKey(old, settings) }
        let key = MasterKey()
        let kept = try holders.keep(key, database)
        var event = Databases.event("master key rotate", key.idText)
        event.details = kept.details
        event.details["before"] = old.id
        let count = try await Databases.run { [event] in
            try await storage.rotateMasterKey(from: old.id, to: kept.record, event: event) { try present.rewrap($0, under: key) }
        }
        try await storage.close()
        Output.line("master key \(key.idText): \(kept.words); \(count) versions of secrets are wrapped under it, brokers must be unlocked again")
    }

    private func presentKey(_ record: MasterKeyRecord, _ settings: ServeSettings?) throws -> MasterKey {
        if !record.wrapped.isEmpty {
            guard let token = settings?.token else {
                throw CommandFailure(.usage, "a PKCS #11 token has the present key; name it by pkcs11 in the file of --config")
            }
            var pin = try token.pin()
            defer { wipe(&pin) }
            return try token.place.unwrap(record, pin: pin)
        }
        if let file = insecurePresentKeyFile {
            guard let key = MasterKeyCommand.key(fromFileText: try Files.text(file).filter { !$0.isWhitespace }), key.idText == record.id else {
                throw CommandFailure(.refused, "\(file) is not the master key of this database")
            }
            return key
        }
        let shares = try share.map { file in
            do {
                return try MasterKeyShare(try Files.text(file).filter { !$0.isWhitespace })
            } catch let problem as BrokerStoreError {
                throw CommandFailure(.badData, "\(file): \(problem)")
            }
        }
        return try MasterKey.combined(shares, record: record)
    }
}
