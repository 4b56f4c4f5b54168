// SPDX-License-Identifier: Apache-2.0
//
// A System V message queue (msgop(2)).

import LinuxABI
import Machine

struct SystemVMessage {
    var type: Int64
    var bytes: [UInt8]
}

final class MessageQueue: SystemVObject {
    static let maximumMessage = 8192
    static let defaultBytes: UInt64 = 16384

    private(set) var messages: [SystemVMessage] = []
    private(set) var bytes: UInt64 = 0
    var maximumBytes = MessageQueue.defaultBytes
    var lastSender: Int32 = 0
    var lastReceiver: Int32 = 0
    var sendTime: Int64 = 0
    var receiveTime: Int64 = 0
    let roomQueue = WaitQueue()
    let messageQueue = WaitQueue()

    func hasRoom(_ count: Int) -> Bool { bytes + UInt64(count) <= maximumBytes && UInt64(messages.count) + 1 <= maximumBytes }

    func append(_ message: SystemVMessage, _ pid: Int32) {
        messages.append(message)
        bytes += UInt64(message.bytes.count)
        lastSender = pid
        sendTime = Machine.clock(0).seconds
        messageQueue.notifyAll()
    }

    /// The message that msgrcv would take.
    func index(type: Int64, except: Bool) -> Int? {
        if type == 0 { return messages.isEmpty ? nil : 0 }
        if type > 0 { return messages.firstIndex { ($0.type == type) != except } }
        let most = type == .min ? Int64.max : -type
        var best: Int?
        for (index, message) in messages.enumerated() where message.type <= most {
            if let known = best, messages[known].type <= message.type { continue }
            best = index
        }
        return best
    }

    func take(_ index: Int, _ pid: Int32) -> SystemVMessage {
        let message = messages.remove(at: index)
        bytes -= UInt64(message.bytes.count)
        lastReceiver = pid
        receiveTime = Machine.clock(0).seconds
        roomQueue.notifyAll()
        return message
    }

    func remove() {
        messages = []
        bytes = 0
        roomQueue.notifyAll()
        messageQueue.notifyAll()
    }
}
