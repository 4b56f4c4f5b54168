// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Formats
import Image
import Launch
import Testing

@testable import cloister

@Suite struct ArgumentTests {
    @Test func traceWithAFileIsAnOptionWithoutIsAFlag() {
        #expect(
            Arguments.normalised(["run", "--trace=x", "--trace", "--", "--trace=y"])
                == ["run", "--trace-file=x", "--trace", "--", "--trace=y"])
    }

    @Test func mountsAreRead() throws {
        let host = try MountArgument.parse("/tmp:/in:ro")
        #expect(host.kind == .host && host.isReadOnly && host.source == Array("/tmp".utf8))
        let memory = try MountArgument.parse("tmpfs:/scratch")
        #expect(memory.kind == .temporary && !memory.isReadOnly && memory.target == Array("/scratch".utf8))
    }

    @Test(arguments: ["", "/tmp", "tmp:/x", "/tmp:x", "/tmp:/x:rx", "/nonexistent-folder:/x", "tmpfs:", "a:b:c:d"])
    func otherMountsAreRefused(text: String) {
        #expect(throws: LaunchError.self) { try MountArgument.parse(text) }
    }

    @Test func programsWordsKeepTheirBytes() {
        let odd = ByteText(bytes: [0x61, 0xFF])
        let line: [ByteText] = ["cloister", "run", ByteText(bytes: Array("-eA=".utf8) + [0xFE]), "--", "cat", odd, "--"]
        #expect(RawWords.program(["cat", odd.description, "--"], in: line) == ["cat", odd, "--"])
        #expect(RawWords.value("A=\u{FFFD}", in: line).bytes == Array("A=".utf8) + [0xFE])
        #expect(RawWords.value("B=1", in: line) == "B=1")
        // Words of another line, as a test parses them.
        #expect(RawWords.program(["ls"], in: line) == ["ls"])
    }

    @Test func usersAreNumbers() throws {
        #expect(try RootOptions.userAndGroup("7") == (7, 7))
        #expect(try RootOptions.userAndGroup("7:8") == (7, 8))
        for text in ["", ":", "root", "1:", "-1", "1:2:3", "4294967296"] {
            #expect(throws: LaunchError.self) { try RootOptions.userAndGroup(text) }
        }
    }

    @Test func combinedTerminalFlagsAreRead() throws {
        let run = try #require(
            try Cloister.parseAsRoot(["run", "-it", "--image", "x.img", "--", "bash", "-c", "exit"]) as? Run)
        #expect(run.terminal.interactive && run.terminal.terminal)
        #expect(run.root.image == "x.img" && run.command == ["bash", "-c", "exit"])
    }

    @Test func valuesMayStartWithADash() throws {
        let run = try #require(try Cloister.parseAsRoot(["run", "-e", "-x=1", "img", "--", "env"]) as? Run)
        #expect(run.program.variables == ["-x=1"])
    }
}

@Suite struct FormattingTests {
    @Test func columnsAlign() {
        var table = Table("A", "LONG", "C")
        table.add("xx", "y", "z")
        #expect(table.lines == ["A   LONG  C", "xx  y     z"])
    }

    @Test(arguments: [(Int64(-3), "0s"), (59, "59s"), (60, "1m"), (7300, "2h"), (200_000, "2d")])
    func durationsAreShort(seconds: Int64, text: String) {
        #expect(Duration.text(seconds: seconds) == text)
    }

    @Test func guestFilesAreFoundInTheHostsMap() {
        let maps = """
            100000000000-100000100000 r-xp 00000000 08:01 11 /opt/cloister-kernel
            7f0000000000-7f0000001000 r--p 00000000 08:01 12 /lib/libc.so.6
            7f0000001000-7f0000100000 r-xp 00001000 08:01 12 /lib/libc.so.6
            7f0000200000-7f0000201000 r--p 00000000 08:01 13 /usr/share/data
            7f0000300000-7f0000301000 r-xp 00000000 00:01 14 /memfd:pages (deleted)
            7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]
            """
        #expect(
            GuestMapping.parse(maps, leavingOut: "/opt/cloister-kernel")
                == [GuestMapping(path: "/lib/libc.so.6", base: 0x7f00_0000_0000)])
    }
}

@Suite struct OutputKeyTests {
    @Test(arguments: [
        ("measurement", "measurement"), ("rootHash", "root_hash"), ("isSimulated", "is_simulated"), ("productID", "product_id"),
        ("mrSEAM", "mr_seam"), ("reportIDMigrationAgent", "report_id_migration_agent"), ("teeTCBSVN2", "tee_tcb_svn2"),
        ("isSEPTVEDisabled", "is_sept_ve_disabled"), ("cpuSVN", "cpu_svn"), ("", ""),
    ])
    func namesBecomeWordsWithUnderscores(name: String, key: String) {
        #expect(OutputKey(snakeCase: name).stringValue == key)
    }
}
