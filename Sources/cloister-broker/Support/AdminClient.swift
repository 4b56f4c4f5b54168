// SPDX-License-Identifier: Apache-2.0
// Talks to a broker's admin routes as one operator.
import ArgumentParser
import AsyncHTTPClient
import Broker
import Foundation
import KeyBrokerProtocol
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the broker; else $CLOISTER_BROKER_URL.")
    var url: String?

    @Option(help: "Certificate (PEM) that signs the broker's own; else $CLOISTER_BROKER_CA, else the system's.")
    var ca: String?

    @Option(help: "Your operator key file; else $CLOISTER_BROKER_KEY.")
    var key: String?

    func client() throws -> AdminClient {
        let environment = ProcessInfo.processInfo.environment
        guard let url = url ?? environment["CLOISTER_BROKER_URL"] else {
            throw CommandFailure(.usage, "which broker is not said; give --url or set CLOISTER_BROKER_URL")
        }
        let credential = try OperatorCredential.load(key)
        var tls = TLSConfiguration.makeClientConfiguration()
        if let ca = ca ?? environment["CLOISTER_BROKER_CA"] {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(try Files.read(ca))))
            } catch is NIOSSLError {
                throw CommandFailure(.badData, "\(ca) is not a certificate in PEM form")
            }
        }
        return AdminClient(url: url, credential: credential, tls: tls)
    }
}

extension OperatorCredential {
    /// From the file that was named, else from that of the environment.
    static func load(_ file: String?) throws -> OperatorCredential {
        guard let file = file ?? ProcessInfo.processInfo.environment["CLOISTER_BROKER_KEY"] else {
            throw CommandFailure(.usage, "who asks is not said; give --key or set CLOISTER_BROKER_KEY")
        }
        guard let credential = OperatorCredential(try Files.text(file)) else {
            throw CommandFailure(.badData, "\(file) is not an operator's key; make one with cloister-broker operator new")
        }
        return credential
    }
}

struct AdminClient {
    let url: String
    let credential: OperatorCredential
    let tls: TLSConfiguration

    func call(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, type: String = "application/json") async throws -> Data {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.timeout.connect = .seconds(10)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Data, any Error>
        do {
            result = .success(try await call(client, method, path, body: body, type: type))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    private func call(_ client: HTTPClient, _ method: HTTPMethod, _ path: String, body: [UInt8]?, type: String) async throws -> Data {
        let token = try await OperatorToken(name: credential.name, now: Int64(Date().timeIntervalSince1970)).sign(with: credential.key)
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .seconds(30))
        } catch {
            throw Self.failure(error, url: url)
        }
        let answer = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
        if response.status.code < 300 { return answer }
        let reason = (try? JSONDecoder().decode(ProblemDetails.self, from: answer))?.detail ?? response.status.reasonPhrase
        let code: CommandFailure.Code =
            switch response.status.code {
            case 401, 403: .refused
            case 404: .notFound
            case 500...: .unavailable
            default: .badData
            }
        throw CommandFailure(code, "the broker says: \(reason)")
    }

    /// What is wrong, where, and what to try.
    static func failure(_ error: any Error, url: String) -> CommandFailure {
        let text = "\(error)"
        switch error {
        case let error as HTTPClientError where [.emptyScheme, .invalidURL, .emptyHost].contains(error):
            return CommandFailure(.usage, "\(url) is no address of a broker; write it like https://broker.example:8080")
        case let error as HTTPClientError where error.description.contains("unsupportedScheme"):
            return CommandFailure(.usage, "\(url) is no address of a broker; write it like https://broker.example:8080")
        case let error as HTTPClientError where [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error):
            return CommandFailure(.unavailable, "\(url) does not answer in time; check the address, and whether the broker runs")
        case is NIOConnectionError, is IOError:
            return CommandFailure(.unavailable, "nothing listens at \(url), or its name is unknown; check the address, and whether the broker runs")
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return CommandFailure(.refused, "the certificate of \(url) is of another name; use the name that is in it")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                return CommandFailure(
                    .refused, "the certificate of \(url) is not accepted: unknown signer, or expired; name its signer with --ca or CLOISTER_BROKER_CA"
                )
            }
            return CommandFailure(.unavailable, "no TLS with \(url); if the broker runs with --insecure-http, the address begins with http://")
        case let error where error is HTTPParserError || error as? HTTPClientError == .remoteConnectionClosed:
            return CommandFailure(.unavailable, "\(url) does not speak HTTP; if the broker has TLS, the address begins with https://")
        default:
            return CommandFailure(.unavailable, "no answer from \(url) (\(type(of: error))); check the address, and whether the broker runs")
        }
    }

    func get<Answer: Decodable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try Self.decode(try await call(.GET, path))
    }

    func post<Answer: Decodable>(_ path: String, _ message: some Encodable, as type: Answer.Type = Answer.self) async throws -> Answer {
        try Self.decode(try await call(.POST, path, body: Array(try JSONEncoder().encode(message))))
    }

    static func decode<Answer: Decodable>(_ data: Data) throws -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: data)
        } catch {
            throw CommandFailure(.unavailable, "the answer is not a broker's of this version")
        }
    }
}

/// An answer with nothing in it.
struct Nothing: Codable {}
