// SPDX-License-Identifier: Apache-2.0
// Every error that a client can meet: its type in the body, its status, and a reason for a person. docs/broker.md lists the
// kinds; a test compares.
package import Attestation
import BrokerStore
package import HTTPTypes
import Hummingbird
import KeyBrokerProtocol
import NIOCore

package struct BrokerError: Error, Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        // Of the reference server, with its statuses.
        case attestationError = "AttestationError"
        case tokenNotFound = "TokenNotFound"
        case tokenVerifierError = "TokenVerifierError"
        case adminAuthAccess = "AdminAuthAccess"
        case policyDeny = "PolicyDeny"
        case invalidRequestPath = "InvalidRequestPath"
        case pluginNotFound = "PluginNotFound"
        // Our own: the reference server has no body, or 401, for these.
        case resourceNotFound = "ResourceNotFound"
        case malformedRequest = "MalformedRequest"
        case unsupportedMediaType = "UnsupportedMediaType"
        case bodyTooLarge = "BodyTooLarge"
        case requestTimeout = "RequestTimeout"
        case roleMissing = "RoleMissing"
        case conflict = "Conflict"
        case tooManyRequests = "TooManyRequests"
        case locked = "Locked"
        case storageFull = "StorageFull"
        case storageUnavailable = "StorageUnavailable"
        case internalError = "InternalError"

        package var status: HTTPResponse.Status {
            switch self {
            case .attestationError, .tokenNotFound, .tokenVerifierError, .adminAuthAccess: .unauthorized
            case .policyDeny, .roleMissing: .forbidden
            case .invalidRequestPath, .pluginNotFound, .resourceNotFound: .notFound
            case .malformedRequest: .badRequest
            case .unsupportedMediaType: .unsupportedMediaType
            case .bodyTooLarge: .contentTooLarge
            case .requestTimeout: .requestTimeout
            case .conflict: .conflict
            case .tooManyRequests: .tooManyRequests
            case .locked, .storageUnavailable: .serviceUnavailable
            case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
            case .internalError: .internalServerError
            }
        }

        var isShared: Bool {
            switch self {
            case .attestationError, .tokenNotFound, .tokenVerifierError, .adminAuthAccess, .policyDeny, .invalidRequestPath, .pluginNotFound: true
            default: false
            }
        }

        package var type: String { (isShared ? ProblemDetails.sharedPrefix : ProblemDetails.ownPrefix) + rawValue }
    }

    package let kind: Kind
    package let detail: String
    /// What was found of evidence that is refused; clients are not told.
    package var verification: VerificationResult?

    package init(_ kind: Kind, _ detail: String, verification: VerificationResult? = nil) {
        self.kind = kind
        // Certificates' names and the like may be in it.
        self.detail = PlainText.escaped(detail)
        self.verification = verification
    }

    /// What a client is told of any error. What is not known here is told without its text, which may hold anything.
    init(telling error: any Error) {
        switch error {
        case let known as BrokerError: self = known
        case let problem as BrokerStoreError: self.init(problem)
        case is NIOTooManyBytesError: self.init(.bodyTooLarge, "the body is larger than this route takes")
        case let error as any HTTPResponseError where error.status == .notFound:
            self.init(.invalidRequestPath, "there is no such route")
        case let error as any HTTPResponseError where error.status.kind == .clientError:
            self.init(.malformedRequest, error.status.reasonPhrase)
        default: self.init(.internalError, "the broker failed; its log says more")
        }
    }

    private init(_ problem: BrokerStoreError) {
        switch problem {
        case .full: self.init(.storageFull, problem.description)
        case .unavailable, .laterSchema: self.init(.storageUnavailable, "the database does not answer; the broker's log says more")
        case .notFound: self.init(.resourceNotFound, problem.description)
        case .alreadyExists, .changed: self.init(.conflict, problem.description)
        case .locked: self.init(.locked, problem.description)
        case .notAuthentic: self.init(.internalError, problem.description)
        case .badShare: self.init(.malformedRequest, problem.description)
        case .token, .otherMasterKey: self.init(.locked, problem.description)
        }
    }

    var body: ByteBuffer { ByteBuffer(string: ProblemDetails(type: kind.type, detail: detail).json) }

    var response: Response {
        Response(status: kind.status, headers: [.contentType: "application/problem+json"], body: ResponseBody(byteBuffer: body))
    }
}
