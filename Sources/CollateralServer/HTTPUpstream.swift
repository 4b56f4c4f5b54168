// SPDX-License-Identifier: Apache-2.0
// The vendors' own services, or another cache with the same paths.

public import AsyncHTTPClient
public import CollateralService
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

public struct HTTPUpstream: CollateralUpstream {
    public static let intel = "https://api.trustedservices.intel.com"
    public static let amd = "https://kdsintf.amd.com"
    /// Intel publishes the list of its root apart from the rest.
    private static let intelRootCRL = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

    private static let sizeLimit = 4 << 20
    private static let seconds: Int64 = 15

    private let client: HTTPClient
    private let intel: String
    private let amd: String

    /// Addresses without a path, such as https://pccs.example:8081.
    public init(client: HTTPClient, intel: String = intel, amd: String = amd) {
        self.client = client
        self.intel = intel
        self.amd = amd
    }

    public func fetch(_ resource: CollateralResource) async throws -> CollateralDocument {
        let url = resource == .rootCRL && intel == Self.intel ? Self.intelRootCRL : (resource.isIntel ? intel : amd) + resource.path
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(Self.seconds))
            body = try await response.body.collect(upTo: Self.sizeLimit)
        } catch {
            throw UpstreamError(.unavailable, "\(url): \(error)")
        }
        switch response.status.code {
        case 200: break
        case 404: throw UpstreamError(.notFound, "\(url): not known there")
        default: throw UpstreamError(.unavailable, "\(url): status \(response.status.code)")
        }
        let header = ["TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain", "SGX-Enclave-Identity-Issuer-Chain", "SGX-PCK-CRL-Issuer-Chain"]
            .first { response.headers.contains(name: $0) }
        return CollateralDocument(
            body: Array(body.readableBytesView), contentType: response.headers.first(name: "Content-Type") ?? "application/octet-stream",
            chainHeader: header, chain: header.flatMap { response.headers.first(name: $0) })
    }
}
