// SPDX-License-Identifier: Apache-2.0
//
// Types whose owners are being written.
import LinuxABI
import Machine
