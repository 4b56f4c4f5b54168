// SPDX-License-Identifier: Apache-2.0
// cloister new
import ArgumentParser
import Launch

struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Create a folder with a manifest and a program to start from.",
        discussion: """
            Example:
              cloister new hello
              cloister keys new key.pem
              cloister build --key key.pem --output hello.img hello
              cloister run --image hello.img
            """)

    @Argument(help: "Folder to create.")
    var folder: String

    func run() throws {
        let name = folder.split(separator: "/").last.map(String.init) ?? "hello"
        try StateDirectory.checkName(name)
        if System.exists(folder) {
            throw LaunchError(
                .cannotCreate, "something of this name exists already", at: folder,
                next: "choose another name, or edit what is there")
        }
        try System.makeDirectory(folder, mode: 0o755)
        do {
            try write(Template.manifest(name: name), to: "cloister.yaml", mode: 0o644)
            try write(Template.program, to: "hello.sh", mode: 0o755)
        } catch {
            // Nothing half done. What cannot be removed either is no worse than the error itself.
            for path in ["\(folder)/cloister.yaml", "\(folder)/hello.sh", folder] { try? System.remove(path) }
            throw error
        }
        print("\(folder)/cloister.yaml")
        print("\(folder)/hello.sh")
    }

    private func write(_ text: String, to file: String, mode: UInt32) throws {
        let path = "\(folder)/\(file)"
        let target = try System.open(
            path, flags: Flags.writeOnly | Flags.create | Flags.exclusive, mode: mode)
        try System.write(Array(text.utf8), to: target.number, name: path)
    }
}

private enum Template {
    static func manifest(name: String) -> String {
        """
        # What goes into the image and how it runs; every key is described in docs/manifest.md.
        name: \(name)
        entry_point: /bin/bash
        args: [/app/hello.sh]
        working_directory: /app

        # Debian packages, with everything they depend on.
        packages: [bash, coreutils, dash]

        # Host files, relative to this folder.
        files:
          - { from: hello.sh, to: /app/hello.sh, mode: "0755" }

        environment:
          trusted:
            LANG: C.UTF-8
          # Names whose values the caller, who is the untrusted host, may choose.
          passed_through: [GREETING]

        # The caller may run other programs of the image, too: take it out where the host must not choose.
        passed_through: [command]

        """
    }

    static let program = """
        #!/bin/bash
        echo "${GREETING:-Hello} from $(uname -s) in an enclave, as user $(id -u)"

        """
}
