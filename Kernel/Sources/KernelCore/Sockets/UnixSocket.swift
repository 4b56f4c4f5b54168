final class UnixSocket {}
