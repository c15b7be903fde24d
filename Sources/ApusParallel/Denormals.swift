import CHardware

/// The treatment of denormal floating-point numbers on the calling thread. Arithmetic on them costs some hundred cycles
/// an operation, and training drives many weights and moments there.
public enum Denormals {
    /// Whether the calling thread flushes denormals.
    public static var areFlushed: Bool { chardware_flushes_denormals() }

    /// Runs `body` with denormal operands and results made zero, and leaves the thread as it was.
    static func whileFlushed(_ body: () -> Void) {
        let before = chardware_flush_denormals()
        body()
        chardware_restore_float_control(before)
    }
}
