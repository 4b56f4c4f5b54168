// SPDX-License-Identifier: Apache-2.0
// Text to YAML: bounded, UTF-8, every key once.

package import Yams

package enum YAMLDocument {
    /// The root of the document; nil when it is empty.
    package static func compose<Failure: YAMLFailure>(
        _ bytes: [UInt8], maximumSize: Int, _ what: String, failure: Failure.Type
    ) throws(Failure) -> Node? {
        guard bytes.count <= maximumSize else { throw Failure("\(what) is larger than \(maximumSize) bytes", line: nil) }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw Failure("\(what) is not UTF-8 text", line: nil)
        }
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw error.described()
        } catch {
            throw Failure("not valid YAML: \(error)", line: nil)
        }
    }
}

extension YamlError {
    fileprivate func described<Failure: YAMLFailure>() -> Failure {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            Failure("not valid YAML: \(problem)", line: mark.line)
        case .duplicatedKeysInMapping(let duplicates, let context):
            Failure(
                "key written twice: \(duplicates.map { "\($0)" }.sorted().joined(separator: ", "))",
                line: context.mark.line)
        default: Failure("not valid YAML", line: nil)
        }
    }
}
