// SPDX-License-Identifier: Apache-2.0
// Starting a kernel: writes its configuration and hands it the descriptors that the configuration names.
internal import CLaunch
internal import Formats

/// What is handed over beside the request; descriptors are this process's numbers.
struct KernelBoot {
    var kernel: String
    var standardStreams: [Int32] = [0, 1, 2]
    var control: Int32
    var terminal: WindowSize?
    var isResident = false
    var trace: Int32?
    var statistics: Int32?
    /// The kernel's end of the way to the platform's service.
    var platform: Int32?
    var platformKind = PlatformKind.simulated

    func start(_ request: EnclaveRequest) throws(LaunchError) -> KernelProcess {
        let configuration = try System.memoryFile("cloister-boot")
        var table = DescriptorTable(
            standardStreams: standardStreams, configuration: configuration.number, control: control)
        var config = request.bootConfig
        config.terminal = terminal.map { TerminalSize(rows: $0.rows, columns: $0.columns) }
        config.isResident = isResident
        config.traceDescriptor = trace.map { table.add($0) }
        config.statisticsDescriptor = statistics.map { table.add($0) }
        config.platform = platform.map { BootConfig.PlatformReference(descriptor: table.add($0), kind: platformKind) }
        guard case .image(let checked) = request.root else {
            return try start(config, in: configuration, table)
        }
        let file = try System.open(checked.path, flags: Flags.readOnly)
        config.image = BootConfig.ImageReference(
            descriptor: table.add(file.number), rootHash: checked.rootHash, measurement: checked.measurement,
            signer: checked.signer)
        let process = try start(config, in: configuration, table)
        _ = consume file
        return process
    }

    private func start(
        _ config: BootConfig, in file: borrowing Descriptor, _ table: DescriptorTable
    ) throws(LaunchError) -> KernelProcess {
        let bytes = config.encoded()
        try Self.refuseWhatTheKernelWould(bytes)
        try System.write(bytes, to: file.number, name: "boot configuration")
        _ = try System.check(claunch_memory_file_seal(file.number), "seal", "boot configuration")
        return try KernelProcess(path: kernel, descriptors: table.numbers, diesWithParent: !isResident)
    }

    /// What the kernel would refuse with an offset, said in the user's words.
    private static func refuseWhatTheKernelWould(_ bytes: [UInt8]) throws(LaunchError) {
        do {
            _ = try BootConfig(decoding: bytes)
        } catch let error {
            throw LaunchError(
                .usage, "the request is refused: \(error.code.text)", at: "boot configuration, byte \(error.offset)",
                next: "check the arguments, the environment, --cwd and --mount")
        }
    }
}

/// The descriptors the kernel gets: 0 to 2 stdio, 3 configuration, 4 control, then what BootConfig names.
struct DescriptorTable {
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
