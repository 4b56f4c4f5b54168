// SPDX-License-Identifier: Apache-2.0
//
// /dev/sgx with the two requests that programs for Occlum use to get a quote (its documentation, "Remote Attestation").

import Formats
import LinuxABI
import Machine

final class SGXDevice: OpenFile {
    /// Room for any quote: its certificates vary by some bytes, and a program asks for the size first.
    private static let quoteSize: UInt32 = 8192

    /// sgxioc_gen_dcap_quote_arg_t
    private struct QuoteArgument: BitwiseCopyable {
        var reportData: UInt64 = 0
        var quoteLength: UInt64 = 0
        var quoteBuffer: UInt64 = 0
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EINVAL }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EINVAL }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        switch command {
        case Ioctl.SGXIOC_GET_DCAP_QUOTE_SIZE: try UserMemory.write(SGXDevice.quoteSize, to: argument)
        case Ioctl.SGXIOC_GEN_DCAP_QUOTE: try quote(try UserMemory.read(argument, QuoteArgument.self), thread)
        default: throw .ENOTTY
        }
        return 0
    }

    private func quote(_ argument: QuoteArgument, _ thread: Thread) throws(Errno) {
        let room = try UserMemory.read(argument.quoteLength, UInt32.self)
        let reportData = try UserMemory.readBytes(argument.reportData, PlatformProtocol.reportDataSize)
        let quote = try EvidenceCalls.evidence(.sgx, reportData, thread).bytes
        guard quote.count <= Int(room) else { throw .EINVAL }
        try UserMemory.writeBytes(quote, to: argument.quoteBuffer)
        try UserMemory.write(UInt32(quote.count), to: argument.quoteLength)
    }
}
