// SPDX-License-Identifier: Apache-2.0
// One session with a PKCS #11 (v2.40) token, by the module that the configuration names. Short-lived: opened, used, closed.
import CPKCS11
import Glibc

@safe final class TokenSession {
    /// What the token answered, by its number; `KeyToken` says what to do.
    struct Failure: Error, Equatable {
        var call: String
        var code: UInt
    }

    enum Problem: Error, Equatable {
        case module(String)
        case noToken
        case severalTokens
        case noKey
        case severalKeys
        /// The module answered with what it may not.
        case nonsense(String)
        case failed(Failure)
    }

    private let calls: CK_FUNCTION_LIST
    private var session: CK_SESSION_HANDLE = 0
    private var isInitialized = false
    private var hasSession = false
    private let keyName: String

    /// Logs in with `pin`, which the caller wipes.
    init(module: String, token: String, key: String, pin: [UInt8], isChanging: Bool) throws(Problem) {
        keyName = key
        // SAFETY: the module is named by the operator, who trusts it as the broker; it is never unloaded, so that its functions stay.
        guard let library = unsafe dlopen(module, RTLD_NOW | RTLD_LOCAL) else {
            throw .module(unsafe dlerror().map { unsafe String(cString: $0) } ?? "it cannot be loaded")
        }
        guard let symbol = unsafe dlsym(library, "C_GetFunctionList") else { throw .module("\(module) is no PKCS #11 module") }
        // SAFETY: PKCS #11 gives the function of this name this type.
        let list = unsafe unsafeBitCast(
            symbol, to: (@convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<CK_FUNCTION_LIST>?>?) -> CK_RV).self)
        var functions: UnsafeMutablePointer<CK_FUNCTION_LIST>?
        guard unsafe list(&functions) == CKR_OK, let functions = unsafe functions, unsafe functions.pointee.version.major == 2 else {
            throw .module("\(module) gives no functions of PKCS #11 version 2")
        }
        calls = unsafe functions.pointee
        var arguments = unsafe CK_C_INITIALIZE_ARGS()
        unsafe arguments.flags = CKF_OS_LOCKING_OK
        let begun = unsafe calls.C_Initialize?(&arguments) ?? CKR_FUNCTION_NOT_SUPPORTED
        isInitialized = begun == CKR_OK
        // Someone else in this process uses the module: theirs to end.
        if begun != CKR_CRYPTOKI_ALREADY_INITIALIZED { try Self.check(begun, "C_Initialize") }
        let slot = try slot(token)
        let flags = CKF_SERIAL_SESSION | (isChanging ? CKF_RW_SESSION : 0)
        try Self.check(unsafe calls.C_OpenSession?(slot, flags, nil, nil, &session), "C_OpenSession")
        hasSession = true
        var pin = pin
        defer { wipe(&pin) }
        let length = UInt(pin.count)
        // SAFETY: the array lives through the call, which only reads it.
        let answer = unsafe pin.withUnsafeMutableBufferPointer { buffer in
            unsafe calls.C_Login?(session, CKU_USER, buffer.baseAddress, length)
        }
        if answer != CKR_USER_ALREADY_LOGGED_IN { try Self.check(answer, "C_Login") }
    }

    deinit {
        // SAFETY: each is ended once; what fails here has no one to tell, and the session ends with C_Finalize.
        if hasSession {
            _ = calls.C_Logout?(session)
            _ = calls.C_CloseSession?(session)
        }
        if isInitialized { _ = calls.C_Finalize?(nil) }
    }

    private static func check(_ answer: CK_RV?, _ call: String) throws(Problem) {
        guard let answer else { throw .failed(Failure(call: call, code: CKR_FUNCTION_NOT_SUPPORTED)) }
        if answer != CKR_OK { throw .failed(Failure(call: call, code: answer)) }
    }

    private func slot(_ token: String) throws(Problem) -> CK_SLOT_ID {
        var count: UInt = 0
        try Self.check(unsafe calls.C_GetSlotList?(1, nil, &count), "C_GetSlotList")
        guard count <= 4096 else { throw .nonsense("\(count) slots") }
        var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
        // SAFETY: the array has `count` elements, and the module is told so.
        try Self.check(unsafe calls.C_GetSlotList?(1, &slots, &count), "C_GetSlotList")
        guard count <= slots.count else { throw .nonsense("\(count) slots") }
        var found: [CK_SLOT_ID] = []
        for slot in slots.prefix(Int(count)) {
            var info = CK_TOKEN_INFO()
            try Self.check(unsafe calls.C_GetTokenInfo?(slot, &info), "C_GetTokenInfo")
            // 32 bytes, filled with blanks.
            let label = unsafe withUnsafeBytes(of: info.label) { bytes in unsafe Array(bytes) }
            if info.flags & CKF_TOKEN_INITIALIZED != 0, label == Array(token.utf8) + [UInt8](repeating: 0x20, count: max(0, 32 - token.utf8.count)) {
                found.append(slot)
            }
        }
        guard let slot = found.first else { throw .noToken }
        if found.count > 1 { throw .severalTokens }
        return slot
    }

    // MARK: - Keys

    enum Attribute {
        case number(CK_ATTRIBUTE_TYPE, UInt)
        case flag(CK_ATTRIBUTE_TYPE, Bool)
        case bytes(CK_ATTRIBUTE_TYPE, [UInt8])
    }

    /// Calls `body` with a template whose values live as long as it, and are wiped then.
    private func template<Value>(_ attributes: [Attribute], _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, UInt) -> Value) -> Value {
        var buffers: [UnsafeMutableRawBufferPointer] = unsafe []
        var entries: [CK_ATTRIBUTE] = unsafe []
        // SAFETY: each buffer is allocated here with its size, lives through `body`, and is wiped and freed once.
        defer {
            while let buffer = unsafe buffers.popLast() {
                if let base = buffer.baseAddress { unsafe explicit_bzero(base, buffer.count) }
                unsafe buffer.deallocate()
            }
        }
        for attribute in attributes {
            let (type, bytes): (CK_ATTRIBUTE_TYPE, [UInt8]) =
                switch attribute {
                case .number(let type, let number): (type, unsafe withUnsafeBytes(of: number) { bytes in unsafe Array(bytes) })
                case .flag(let type, let flag): (type, [flag ? 1 : 0])
                case .bytes(let type, let bytes): (type, bytes)
                }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
            unsafe buffer.copyBytes(from: bytes)
            unsafe buffers.append(buffer)
            unsafe entries.append(CK_ATTRIBUTE(type: type, pValue: buffer.baseAddress, ulValueLen: UInt(bytes.count)))
        }
        return unsafe body(&entries, UInt(entries.count))
    }

    /// The token's own key of the configured label.
    func wrappingKey() throws(Problem) -> CK_OBJECT_HANDLE {
        let wanted: [Attribute] = [
            .number(CKA_CLASS, CKO_SECRET_KEY), .number(CKA_KEY_TYPE, CKK_AES),
            .bytes(CKA_LABEL, Array(keyName.utf8)), .flag(CKA_TOKEN, true),
        ]
        try unsafe Self.check(template(wanted) { unsafe calls.C_FindObjectsInit?(session, $0, $1) }, "C_FindObjectsInit")
        var handles: [CK_OBJECT_HANDLE] = [0, 0]
        var count: UInt = 0
        // SAFETY: the array has the two elements that the module is told of.
        let answer = unsafe calls.C_FindObjects?(session, &handles, 2, &count)
        let end = calls.C_FindObjectsFinal?(session)
        try Self.check(answer, "C_FindObjects")
        try Self.check(end, "C_FindObjectsFinal")
        if count == 0 { throw .noKey }
        if count > 1 { throw .severalKeys }
        return handles[0]
    }

    /// A new one, which never leaves the token.
    func makeWrappingKey() throws(Problem) -> CK_OBJECT_HANDLE {
        let attributes: [Attribute] = [
            .number(CKA_CLASS, CKO_SECRET_KEY), .number(CKA_KEY_TYPE, CKK_AES),
            .number(CKA_VALUE_LEN, 32), .bytes(CKA_LABEL, Array(keyName.utf8)),
            .flag(CKA_TOKEN, true), .flag(CKA_PRIVATE, true), .flag(CKA_SENSITIVE, true),
            .flag(CKA_EXTRACTABLE, false), .flag(CKA_WRAP, true), .flag(CKA_UNWRAP, true),
        ]
        var mechanism = unsafe CK_MECHANISM(mechanism: CKM_AES_KEY_GEN, pParameter: nil, ulParameterLen: 0)
        var handle: CK_OBJECT_HANDLE = 0
        try unsafe Self.check(template(attributes) { unsafe calls.C_GenerateKey?(session, &mechanism, $0, $1, &handle) }, "C_GenerateKey")
        return handle
    }

    /// AES key wrap (RFC 3394) inside the token.
    func wrap(_ secret: [UInt8], under wrapping: CK_OBJECT_HANDLE) throws(Problem) -> [UInt8] {
        let attributes: [Attribute] = Self.passing + [.bytes(CKA_VALUE, secret)]
        var key: CK_OBJECT_HANDLE = 0
        try unsafe Self.check(template(attributes) { unsafe calls.C_CreateObject?(session, $0, $1, &key) }, "C_CreateObject")
        defer { _ = calls.C_DestroyObject?(session, key) }
        var mechanism = unsafe CK_MECHANISM(mechanism: CKM_AES_KEY_WRAP, pParameter: nil, ulParameterLen: 0)
        var wrapped = [UInt8](repeating: 0, count: secret.count + 8)
        var length = UInt(wrapped.count)
        // SAFETY: the module is told how large the array is.
        try Self.check(unsafe calls.C_WrapKey?(session, &mechanism, wrapping, key, &wrapped, &length), "C_WrapKey")
        guard length == wrapped.count else { throw .nonsense("a wrapped key of \(length) bytes") }
        return wrapped
    }

    func unwrap(_ wrapped: [UInt8], under wrapping: CK_OBJECT_HANDLE) throws(Problem) -> [UInt8] {
        guard wrapped.count > 8 else { throw .nonsense("a wrapped key of \(wrapped.count) bytes") }
        var mechanism = unsafe CK_MECHANISM(mechanism: CKM_AES_KEY_WRAP, pParameter: nil, ulParameterLen: 0)
        var input = wrapped
        let length = UInt(wrapped.count)
        var key: CK_OBJECT_HANDLE = 0
        // SAFETY: the array lives through the call, which only reads it.
        let answer = unsafe template(Self.passing) { entries, count in
            unsafe calls.C_UnwrapKey?(session, &mechanism, wrapping, &input, length, entries, count, &key)
        }
        try Self.check(answer, "C_UnwrapKey")
        defer { _ = calls.C_DestroyObject?(session, key) }
        return try value(of: key, size: wrapped.count - 8)
    }

    /// The bytes of a key that the token lets out.
    func value(of key: CK_OBJECT_HANDLE, size: Int) throws(Problem) -> [UInt8] {
        var secret = [UInt8](repeating: 0, count: size)
        var written: UInt = 0
        // SAFETY: the module is told how large the array is.
        let read = unsafe secret.withUnsafeMutableBytes { bytes in
            var value = unsafe CK_ATTRIBUTE(type: CKA_VALUE, pValue: bytes.baseAddress, ulValueLen: UInt(size))
            let answer = unsafe calls.C_GetAttributeValue?(session, key, &value, 1)
            written = unsafe value.ulValueLen
            return answer
        }
        do throws(Problem) {
            try Self.check(read, "C_GetAttributeValue")
            guard written == size else { throw Problem.nonsense("a key of \(written) bytes") }
        } catch {
            wipe(&secret)
            throw error
        }
        return secret
    }

    /// A key that is only on its way: of this session, and readable by who wraps or unwraps it.
    private static let passing: [Attribute] = [
        .number(CKA_CLASS, CKO_SECRET_KEY), .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET),
        .flag(CKA_TOKEN, false), .flag(CKA_SENSITIVE, false), .flag(CKA_EXTRACTABLE, true),
    ]
}
