// SPDX-License-Identifier: Apache-2.0
//
// Descriptions on their way through local sockets (SCM_RIGHTS), and the end of those that nobody can reach: sockets that hold each
// other in their queues. Linux collects them when a socket is released (unix_gc); so does this.

import LinuxABI
import Machine

/// One description in flight, however often: all messages that carry it hold this, and this alone holds it for them. So whether anything
/// but messages refers to the description is whether it has a second reference.
final class Flight {
    private(set) var file: OpenFile
    /// In how many messages it is.
    fileprivate(set) var messages = 0
    /// During a collection: in how many messages of suspects.
    fileprivate var seen = 0
    fileprivate var isSuspect = false

    fileprivate init(_ file: OpenFile) {
        self.file = file
    }

    fileprivate var isReferredToElsewhere: Bool { !isKnownUniquelyReferenced(&file) }
    fileprivate var isSocket: Bool { file is UnixSocketFile }
    fileprivate var socket: UnixSocket? { (file as? UnixSocketFile)?.socket }
}

struct Flights {
    static let maximum = 65536
    private var byFile: [ObjectIdentifier: Flight] = [:]
    /// Messages' references in all.
    private var count = 0
    /// Sockets among them.
    private var socketCount = 0
    private var releases = 0
    private var isCollecting = false
    private var dropped: [Flight] = []
    private var isDropping = false

    /// ETOOMANYREFS when there are too many already.
    static func checkRoom(_ more: Int) throws(Errno) {
        if more > Flights.maximum - kernel.channels.flights.count { collect() }
        guard more <= Flights.maximum - kernel.channels.flights.count else { throw .ETOOMANYREFS }
    }

    /// What a message holds of `files`.
    mutating func depart(_ files: [OpenFile]) -> [Flight] {
        var result: [Flight] = []
        for file in files {
            let key = ObjectIdentifier(file)
            let flight: Flight
            if let known = byFile[key] {
                flight = known
            } else {
                flight = Flight(file)
                byFile[key] = flight
                if flight.isSocket { socketCount += 1 }
            }
            flight.messages += 1
            count += 1
            result.append(flight)
        }
        return result
    }

    /// They were received, or their message is gone.
    mutating func landed(_ flights: [Flight]) {
        for flight in flights {
            count -= 1
            flight.messages -= 1
            if flight.messages == 0 {
                byFile[ObjectIdentifier(flight.file)] = nil
                if flight.isSocket { socketCount -= 1 }
            }
        }
    }

    /// They will never be received. Dropping one may close a socket that holds more: that is done in a loop here and not by recursion,
    /// whatever a program nests; so the caller must not keep them.
    static func drop(_ flights: inout [Flight]) {
        kernel.channels.flights.landed(flights)
        kernel.channels.flights.dropped.append(contentsOf: flights)
        flights = []
        if kernel.channels.flights.isDropping { return }
        kernel.channels.flights.isDropping = true
        while let flight = kernel.channels.flights.dropped.popLast() { _ = flight }
        kernel.channels.flights.isDropping = false
    }

    // MARK: what nobody can reach

    /// A socket was released. How often it is looked depends on how much there is to look at.
    static func socketReleased() {
        guard kernel.channels.flights.socketCount > 0 else { return }
        kernel.channels.flights.releases += 1
        if kernel.channels.flights.releases >= kernel.channels.flights.socketCount / 32 { collect() }
    }

    static func collect() {
        guard kernel.channels.flights.socketCount > 0, !kernel.channels.flights.isCollecting else { return }
        kernel.channels.flights.isCollecting = true
        kernel.channels.flights.releases = 0
        let unreachable = kernel.channels.flights.unreachable()
        for socket in unreachable { socket.purge(withBacklog: true) }
        kernel.channels.flights.isCollecting = false
    }

    /// Sockets to which only messages in queues of such sockets refer.
    private func unreachable() -> [UnixSocket] {
        let suspects = byFile.values.filter { $0.isSocket && !$0.isReferredToElsewhere }
        for flight in suspects {
            flight.isSuspect = true
            flight.seen = 0
        }
        for flight in suspects { flight.socket?.forEachFlight { $0.seen += 1 } }
        // One that is also in a queue that can be reached can be reached, and with it what is in its own.
        var reachable = suspects.filter { $0.seen < $0.messages }
        for flight in reachable { flight.isSuspect = false }
        while let flight = reachable.popLast() {
            flight.socket?.forEachFlight { inner in
                inner.seen -= 1
                if inner.isSuspect && inner.seen < inner.messages {
                    inner.isSuspect = false
                    reachable.append(inner)
                }
            }
        }
        var result: [UnixSocket] = []
        for flight in suspects where flight.isSuspect {
            flight.isSuspect = false
            if let socket = flight.socket { result.append(socket) }
        }
        return result
    }
}

extension UnixSocket {
    /// Everything in flight in its queue, and in those of connections that nobody has accepted.
    fileprivate func forEachFlight(_ body: (Flight) -> Void) {
        for message in messages { for flight in message.flights { body(flight) } }
        for mark in marks { for flight in mark.flights { body(flight) } }
        for connection in backlog { connection.forEachFlight(body) }
    }
}
