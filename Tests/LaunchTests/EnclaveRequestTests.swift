// SPDX-License-Identifier: Apache-2.0
import Formats
import Testing

@testable import Launch

@Suite struct EnclaveRequestTests {
    private var image: CheckedImage {
        var settings = MeasuredSettings()
        settings.entryPoint = Array("/bin/app".utf8)
        settings.arguments = [Array("serve".utf8)]
        settings.trusted = [MeasuredSettings.Variable(name: Array("MODE".utf8), value: Array("strict".utf8))]
        settings.passedVariables = [Array("GREETING".utf8)]
        settings.mounts = [host("/data", "/in")]
        return CheckedImage(
            path: "/x.img", rootHash: .zero, measurement: Array(repeating: 1, count: 48), signer: .zero,
            settings: settings)
    }

    private func host(_ source: String, _ target: String) -> BootConfig.Mount {
        BootConfig.Mount(kind: .host, source: Array(source.utf8), target: Array(target.utf8), isReadOnly: true)
    }

    @Test func laterVariableReplacesEarlierOne() {
        #expect(EnclaveRequest.lastOfEachName(["A=1", "B=2", "A=3"]) == ["B=2", "A=3"])
    }

    @Test func manifestDecides() throws {
        let request = try EnclaveRequest(image: image, passing: ["GREETING=hi"], hasTerminal: false)
        #expect(request.arguments == ["/bin/app", "serve"])
        #expect(request.environment == ["GREETING=hi", "MODE=strict"])
        #expect(request.insecureOptions == ["insecure_host_mounts"])
    }

    @Test(arguments: ["MODE=lax", "LD_PRELOAD=/x.so"]) func callerCannotChooseOtherVariables(entry: String) {
        let error = #expect(throws: LaunchError.self) { try EnclaveRequest(image: image, passing: [ByteText(entry)], hasTerminal: false) }
        #expect(error?.code == .refused)
    }

    @Test func fixedVariableStaysFixedWhenAllArePassed() {
        var open = image
        open.settings.passesWholeEnvironment = true
        #expect(throws: Never.self) { try EnclaveRequest(image: open, passing: ["ANY=1"], hasTerminal: false) }
        #expect(throws: LaunchError.self) { try EnclaveRequest(image: open, passing: ["MODE=lax"], hasTerminal: false) }
    }

    @Test func terminalBringsItsKind() throws {
        let request = try EnclaveRequest(image: image, passing: ["TERM=xterm"], hasTerminal: true)
        #expect(request.environment.first == "TERM=xterm")
    }

    @Test func whatIsNotPassedThroughIsRefused() throws {
        let request = try EnclaveRequest(image: image, passing: [], hasTerminal: false)
        let error = #expect(throws: LaunchError.self) { try request.refuseWhatIsNotPassedThrough(isTraced: true) }
        #expect(error?.code == .refused && error?.next.contains("insecure_trace") == true)
        var other = request
        other.arguments = ["/bin/sh"]
        #expect(throws: LaunchError.self) { try other.refuseWhatIsNotPassedThrough() }
    }

    @Test func hostFolderThatIsNotMeasuredIsRefused() throws {
        var request = try EnclaveRequest(image: image, passing: [], hasTerminal: false)
        #expect(throws: Never.self) { try request.refuseWhatIsNotPassedThrough() }
        request.mounts.append(host("/etc", "/etc"))
        #expect(throws: LaunchError.self) { try request.refuseWhatIsNotPassedThrough() }
    }
}
