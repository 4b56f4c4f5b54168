// SPDX-License-Identifier: Apache-2.0
// Host error numbers in words, with what a user can do about each.

enum ErrnoText {
    static func text(_ errno: Int32) -> String { entry(errno).text }
    static func advice(_ errno: Int32) -> String { entry(errno).advice }

    private static func entry(_ errno: Int32) -> (text: String, advice: String) {
        switch errno {
        case 1: ("not permitted", "check who you are and what the host allows")
        case 2: ("no such file or folder", "check the path")
        case 3: ("no such process", "it has already ended")
        case 8: ("not an executable of this machine", "rebuild the kernel with make kernel")
        case 11: ("no more processes allowed", "raise ulimit -u or end other programs")
        case 12: ("out of memory", "free memory on the host")
        case 13: ("permission denied", "check the permissions of the path")
        case 17: ("already exists", "choose another name or remove it first")
        case 20: ("part of the path is no folder", "check the path")
        case 21: ("is a folder", "name a file")
        case 23, 24: ("too many open files", "raise ulimit -n")
        case 26: ("the file is being written", "try again when the build has finished")
        case 28: ("no space left", "free space on the host")
        case 30: ("read-only file system", "choose a folder that can be written")
        case 32, 104: ("the other side closed", "see cloister ps and cloister logs")
        case 36: ("name too long", "choose a shorter name")
        case 90: ("message too long", "pass fewer or shorter arguments")
        case 111: ("nobody listens", "see cloister ps")
        default: ("host error \(errno)", "see errno(3) for its meaning")
        }
    }
}
