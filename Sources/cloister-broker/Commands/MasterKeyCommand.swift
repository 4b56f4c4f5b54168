// SPDX-License-Identifier: Apache-2.0
// cloister-broker master-key
import ArgumentParser
import BrokerStore
import Foundation
import KeyBrokerProtocol

struct MasterKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key",
        abstract: "Make the key that seals a database's secrets.",
        discussion: """
            Example:
              cloister-broker master-key new --database broker.db --threshold 2 --shares 3 shares/
            """,
        subcommands: [NewMasterKey.self])

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
            Each share goes to another operator; THRESHOLD of them unlock the broker after each start. With --config there are no shares: a key
            that never leaves the PKCS #11 token of the configuration wraps it, and is made when the token has none of that name.

            Example:
              cloister-broker master-key new --database broker.db --threshold 2 --shares 3 shares/
              cloister-broker master-key new --config broker.yaml
              cloister-broker master-key new --database try.db --insecure-key-file master.key
            """)

    @Option(help: ArgumentHelp("SQLite file, created when missing, or postgresql://…", valueName: "DATABASE"))
    var database: String?

    @Option(help: ArgumentHelp("The broker's configuration: its database, and its PKCS #11 token, which wraps the key.", valueName: "FILE"))
    var config: String?

    @Option(help: "How many shares unlock the broker.")
    var threshold: Int?

    @Option(help: "How many shares there are.")
    var shares: Int?

    @Option(help: ArgumentHelp("Write the whole key to this file instead, for a first try.", valueName: "FILE"))
    var insecureKeyFile: String?

    @Argument(help: ArgumentHelp("Folder for the shares: share-1, share-2, ...", valueName: "FOLDER"))
    var folder: String?

    func run() async throws {
        let key = MasterKey()
        let (threshold, count) = try counts()
        let settings = try config.map { try ServeSettings(file: $0) }
        let database = database ?? settings?.database ?? "broker.db"
        let storage = try await Databases.open(database)
        var record = MasterKeyRecord(id: key.idText, threshold: threshold, shares: count, created: Databases.now)
        var event = Databases.event("master key new", key.idText)
        event.details = ["threshold": String(threshold), "shares": String(count)]
        // Files first: a key that the database names must be in somebody's hands.
        if try await storage.masterKey() != nil { throw CommandFailure(.refused, "\(Databases.name(database)) has a master key already") }
        if let config {
            guard let token = settings?.token else {
                throw CommandFailure(.badData, "\(config) has no pkcs11: module, token, key and pin_file of the token that wraps the key")
            }
            record.wrapped = try Self.wrap(key, token)
            event.details = ["token": token.place.token, "key": token.place.key]
        } else if let file = insecureKeyFile {
            try Files.create(file, MasterKeyCommand.fileText(of: key))
            Output.warning("\(file) alone opens every secret of \(Databases.name(database))")
        } else if let folder {
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            do {
                for share in try key.shares(threshold: threshold, count: count) {
                    try Files.create("\(folder)/share-\(share.share.index)", share.text + "\n")
                }
            } catch is SecretSharing.Problem {
                throw CommandFailure(.usage, "the threshold must be from 1 to the number of shares, which is at most 255")
            }
        }
        try await Databases.run { try await storage.setMasterKey(record, event: event) }
        try await storage.close()
        Output.line("master key \(key.idText): " + (config == nil ? "\(threshold) of \(count) shares unlock it" : "the token unlocks it"))
    }

    private static func wrap(_ key: MasterKey, _ token: TokenSettings) throws -> [UInt8] {
        do {
            var pin = try token.pin()
            defer { wipe(&pin) }
            let (wrapped, isNewKey) = try token.place.wrap(key, pin: pin)
            if isNewKey { Output.line("key '\(token.place.key)': made in the token '\(token.place.token)'") }
            return wrapped
        } catch let problem as BrokerStoreError {
            throw CommandFailure(.refused, problem.description)
        }
    }

    private func counts() throws -> (threshold: Int, count: Int) {
        if config != nil {
            if folder != nil || threshold != nil || shares != nil || insecureKeyFile != nil {
                throw CommandFailure(.usage, "--config makes no shares and no file; leave FOLDER, --threshold, --shares and --insecure-key-file out")
            }
            return (0, 0)
        }
        if insecureKeyFile != nil {
            if folder != nil || threshold != nil || shares != nil {
                throw CommandFailure(.usage, "--insecure-key-file makes no shares; leave FOLDER, --threshold and --shares out")
            }
            return (1, 1)
        }
        guard folder != nil, let threshold, let shares else { throw CommandFailure(.usage, "give --threshold, --shares and a FOLDER") }
        guard threshold >= 1, threshold <= shares, shares <= 255 else {
            throw CommandFailure(.usage, "the threshold must be from 1 to the number of shares, which is at most 255")
        }
        return (threshold, shares)
    }
}
