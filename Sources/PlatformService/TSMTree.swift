// SPDX-License-Identifier: Apache-2.0
// The files of Linux's configfs-tsm (Documentation/ABI/testing/configfs-tsm-report). A protocol, so that tests can play the driver.
internal import Glibc
internal import Launch

package protocol TSMTree {
    func makeEntry(_ name: String) throws(BackendError)
    func removeEntry(_ name: String)
    func write(_ bytes: [UInt8], to attribute: String, of entry: String) throws(BackendError)
    /// nil where there is no such attribute.
    func read(_ attribute: String, of entry: String, limit: Int) throws(BackendError) -> [UInt8]?
}

/// The real ones.
package struct TSMFiles: TSMTree {
    package let folder: String

    package init(folder: String = "/sys/kernel/config/tsm/report") {
        self.folder = folder
    }

    package func makeEntry(_ name: String) throws(BackendError) {
        guard System.isDirectory(folder) else {
            throw BackendError(.notSupported, "\(folder) is missing: this machine is no confidential guest, or its kernel has no configfs-tsm")
        }
        let path = "\(folder)/\(name)"
        if System.exists(path) { throw BackendError(.busy, "\(path) exists already") }
        do throws(LaunchError) { try System.makeDirectory(path) } catch { throw BackendError(.failure, error.description) }
    }

    package func removeEntry(_ name: String) { try? System.remove("\(folder)/\(name)") }

    package func write(_ bytes: [UInt8], to attribute: String, of entry: String) throws(BackendError) {
        let path = "\(folder)/\(entry)/\(attribute)"
        do throws(LaunchError) {
            let file = try System.open(path, flags: Flags.writeOnly)
            try System.write(bytes, to: file.number, name: path)
        } catch { throw BackendError(.failure, error.description) }
    }

    package func read(_ attribute: String, of entry: String, limit: Int) throws(BackendError) -> [UInt8]? {
        let path = "\(folder)/\(entry)/\(attribute)"
        guard System.exists(path) else { return nil }
        do throws(LaunchError) {
            let file = try System.open(path, flags: Flags.readOnly)
            var content: [UInt8] = []
            while true {
                let part = try System.readNext(file.number, name: path)
                if part.isEmpty { return content }
                content += part
                guard content.count <= limit else { throw LaunchError(.badData, "it has more than \(limit) bytes", at: path, next: "") }
            }
        } catch { throw BackendError(.failure, error.description) }
    }
}
