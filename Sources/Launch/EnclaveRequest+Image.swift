// SPDX-License-Identifier: Apache-2.0
// What an image's manifest decides about a run, and what the caller may still choose.
//
// The kernel decides (Formats.MeasuredSettings, the same code): the check here only says it earlier and in the user's words.
internal import Formats

extension EnclaveRequest {
    /// A request as the manifest says. `entries` (NAME=value, chosen by the caller) must be variables that it passes on.
    package init(image: CheckedImage, passing entries: [ByteText], hasTerminal: Bool) throws(LaunchError) {
        self.init(root: .image(image))
        let settings = image.settings
        arguments = ((settings.entryPoint.map { [$0] } ?? []) + settings.arguments).map { ByteText(bytes: $0) }
        workingDirectory = Self.text(settings.workingDirectory)
        userID = settings.userID
        groupID = settings.groupID
        hostname = Self.text(settings.hostname)
        mounts = settings.mounts
        limits = settings.limits
        let chosen = Self.lastOfEachName(entries).map(\.bytes)
        do throws(RunRefusal) {
            environment = try settings.environment(from: chosen, hasTerminal: hasTerminal).map { ByteText(bytes: $0) }
        } catch {
            throw Self.refusal(error, image)
        }
    }

    /// Refuses what the kernel would refuse.
    package func refuseWhatIsNotPassedThrough(
        hasTerminal: Bool = false, isTraced: Bool = false, isResident: Bool = false
    ) throws(LaunchError) {
        guard case .image(let image) = root else { return }
        var config = bootConfig
        config.terminal = hasTerminal ? TerminalSize(rows: 0, columns: 0) : nil
        config.traceDescriptor = isTraced ? 2 : nil
        config.isResident = isResident
        do throws(RunRefusal) {
            _ = try image.settings.applied(to: config)
        } catch {
            throw Self.refusal(error, image)
        }
    }

    private static func refusal(_ refusal: RunRefusal, _ image: CheckedImage) -> LaunchError {
        LaunchError(
            .refused, text(refusal.what), at: "image \(image.path)",
            next: "its cloister.yaml decides that (\(refusal.keys)); change it there and build again")
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
