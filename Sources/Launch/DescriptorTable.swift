// SPDX-License-Identifier: Apache-2.0
// The descriptors handed to the kernel: 0 to 2 stdio, 3 configuration, 4 control, then what BootConfig names.
internal import CLaunch
public import Formats

struct DescriptorTable {
    static let firstFree = 5
    private(set) var numbers: [Int32]

    init(standardStreams: [Int32], configuration: Int32, control: Int32) {
        numbers = standardStreams + [configuration, control]
    }

    /// Adds a descriptor; returns the number the kernel will see.
    mutating func add(_ fd: Int32) -> Int32 {
        numbers.append(fd)
        return Int32(numbers.count - 1)
    }
}

/// A kernel about to start: its configuration and every descriptor it inherits, open until it has started.
struct PreparedBoot: ~Copyable {
    private let configuration: Descriptor
    private let image: Descriptor?
    private let table: DescriptorTable
    private let kernel: String

    /// `trace` and `statistics` are this process's descriptors, or nil.
    init(
        kernel: String, request: EnclaveRequest, standardStreams: [Int32], control: Int32,
        terminal: TerminalSize?, isResident: Bool, trace: Int32?, statistics: Int32?
    ) throws(LaunchError) {
        self.kernel = kernel
        configuration = try System.memoryFile("cloister-boot")
        var config = request.bootConfig
        var table = DescriptorTable(
            standardStreams: standardStreams, configuration: configuration.number, control: control)
        switch request.root {
        case .insecureHost: image = nil
        case .image(let checked):
            let file = try System.open(checked.path, flags: 0)
            config.image = BootConfig.ImageReference(
                descriptor: table.add(file.number), rootHash: checked.rootHash,
                measurement: checked.measurement, signer: checked.signer)
            image = consume file
        }
        config.terminal = terminal
        config.isResident = isResident
        if let trace { config.traceDescriptor = table.add(trace) }
        if let statistics { config.statisticsDescriptor = table.add(statistics) }
        try Self.refuseOversized(config)
        self.table = table
        try System.write(config.encoded(), to: configuration.number, name: "boot configuration")
        _ = try System.check(claunch_memory_file_seal(configuration.number), "seal", "boot configuration")
    }

    consuming func start(diesWithParent: Bool) throws(LaunchError) -> KernelProcess {
        try KernelProcess(path: kernel, descriptors: table.numbers, diesWithParent: diesWithParent)
    }

    /// What the kernel would refuse with an offset, said in the user's words.
    private static func refuseOversized(_ config: BootConfig) throws(LaunchError) {
        do {
            _ = try BootConfig(decoding: config.encoded())
        } catch let error {
            throw LaunchError(
                .usage, "the request is refused: \(error.code.text)", at: "boot configuration, byte \(error.offset)",
                next: "check the arguments, the environment, --cwd and --mount")
        }
    }
}
