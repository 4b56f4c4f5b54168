// SPDX-License-Identifier: Apache-2.0
//
// Names, numbers and signatures of system calls belong together.

import LinuxABI
import Testing

@Suite("System-call tables")
struct SyscallTableTests {
    @Test(arguments: [
        (SyscallNumber.read, "read"), (SyscallNumber.execve, "execve"), (SyscallNumber.rseq, "rseq"),
        (SyscallNumber.gettid, "gettid"), (SyscallNumber.openat, "openat"), (SyscallNumber.statx, "statx"),
        (SyscallNumber.pidfd_send_signal, "pidfd_send_signal"), (SyscallNumber.clone3, "clone3"),
        (SyscallNumber.fchmodat2, "fchmodat2"), (SyscallNumber.mseal, "mseal"),
    ])
    func `a number has its name`(number: Int, name: String) {
        #expect(SyscallName.name(of: number)?.description == name)
    }

    @Test(arguments: [-1, 335, 423, 463, Int.max, Int.min])
    func `a number outside the table has neither name nor signature`(number: Int) {
        #expect(SyscallName.name(of: number) == nil)
        #expect(SyscallSignature.signature(of: number) == nil)
    }

    @Test
    func `every call has a signature without gaps`() throws {
        for number in Array(0...334) + Array(424...462) {
            let signature = try #require(SyscallSignature.signature(of: number))
            for index in signature.count..<6 {
                #expect(signature[index] == .absent, "call \(number)")
            }
        }
    }

    @Test
    func `a buffer is followed by its length`() throws {
        let counted: [ArgumentKind] = [.inBuffer, .outBuffer, .iovec, .pollFds, .sockaddr]
        for number in Array(0...334) + Array(424...462) {
            let signature = try #require(SyscallSignature.signature(of: number))
            for index in 0..<6 where counted.contains(signature[index]) {
                #expect([.size, .int, .unsigned].contains(signature[index + 1]), "call \(number)")
            }
        }
    }

    @Test
    func `error numbers have their names`() {
        for number in 1...133 {
            guard let error = Errno(rawValue: Int32(number)) else {
                #expect(number == 41 || number == 58)
                continue
            }
            #expect(error.name.description == "\(error)")
        }
        #expect(Errno.EWOULDBLOCK == .EAGAIN)
    }
}
