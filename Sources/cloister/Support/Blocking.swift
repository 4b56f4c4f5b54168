// SPDX-License-Identifier: Apache-2.0
// Runs asynchronous work from a synchronous command. The command's main is synchronous on purpose: one thread, so that
// the signals it relays arrive where they are read, and a start-up without a scheduler.
import Dispatch
import Synchronization

enum Blocking {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = Box<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                box.store(.success(try await work()))
            } catch {
                box.store(.failure(error))
            }
            done.signal()
        }
        done.wait()
        return try box.take().get()
    }

    private final class Box<Value: Sendable>: Sendable {
        private let result = Mutex<Result<Value, any Error>?>(nil)

        func store(_ value: Result<Value, any Error>) {
            result.withLock { $0 = value }
        }

        func take() -> Result<Value, any Error> {
            result.withLock { $0 } ?? .failure(CancellationError())
        }
    }
}
