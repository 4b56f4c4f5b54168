// SPDX-License-Identifier: Apache-2.0
import Formats
import Testing

@testable import Launch

@Suite struct EnclaveRequestTests {
    private var image: CheckedImage {
        var image = CheckedImage(
            path: "/x.img", rootHash: .zero, measurement: Array(repeating: 1, count: 48), signer: .zero)
        image.entryPoint = ["/bin/app", "serve"]
        image.environment = ["MODE=strict"]
        image.passedEnvironment = ["GREETING"]
        image.mounts = [host("/data", "/in")]
        return image
    }

    private func host(_ source: String, _ target: String) -> BootConfig.Mount {
        BootConfig.Mount(kind: .host, source: Array(source.utf8), target: Array(target.utf8), isReadOnly: true)
    }

    @Test func laterVariableReplacesEarlierOne() {
        #expect(EnclaveRequest.lastOfEachName(["A=1", "B=2", "A=3"]) == ["B=2", "A=3"])
    }

    @Test func manifestDecides() throws {
        let request = try EnclaveRequest(image: image, passing: ["GREETING=hi"])
        #expect(request.arguments == ["/bin/app", "serve"])
        #expect(request.environment == ["GREETING=hi", "MODE=strict"])
        #expect(request.insecureOptions == ["insecure_host_mounts"])
    }

    @Test(arguments: ["MODE=lax", "LD_PRELOAD=/x.so"]) func callerCannotChooseOtherVariables(entry: String) {
        let error = #expect(throws: LaunchError.self) { try EnclaveRequest(image: image, passing: [entry]) }
        #expect(error?.code == .refused)
    }

    @Test func fixedVariableStaysFixedWhenAllArePassed() {
        var open = image
        open.passesWholeEnvironment = true
        #expect(throws: Never.self) { try EnclaveRequest(image: open, passing: ["ANY=1"]) }
        #expect(throws: LaunchError.self) { try EnclaveRequest(image: open, passing: ["MODE=lax"]) }
    }

    @Test func hostFolderThatIsNotMeasuredIsRefused() throws {
        var request = try EnclaveRequest(image: image, passing: [])
        #expect(throws: Never.self) { try request.refuseUnmeasuredMounts() }
        request.mounts.append(host("/etc", "/etc"))
        #expect(throws: LaunchError.self) { try request.refuseUnmeasuredMounts() }
    }
}
