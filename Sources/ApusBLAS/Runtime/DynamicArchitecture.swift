internal import COpenBLAS
import Foundation

/// The choice of kernels in a DYNAMIC_ARCH build of OpenBLAS.
///
/// OpenBLAS chooses in a load-time constructor, by `OPENBLAS_CORETYPE` or the processor's model number.
/// `gotoblas_dynamic_quit` forgets the choice, `gotoblas_dynamic_init` reads the variable again and chooses anew
/// (`driver/others/dynamic.c`). Between the two there are no kernels: no thread may be inside OpenBLAS.
enum DynamicArchitecture {
    static let variable = "OPENBLAS_CORETYPE"

    private typealias Entry = @convention(c) () -> Void

    /// Absent from libraries built for one processor.
    private static let entries: (quit: Entry, start: Entry)? = {
        guard let quit = LoadedLibrary.address(of: "gotoblas_dynamic_quit"),
            let start = LoadedLibrary.address(of: "gotoblas_dynamic_init")
        else { return nil }
        return (unsafeBitCast(quit, to: Entry.self), unsafeBitCast(start, to: Entry.self))
    }()

    static var isAvailable: Bool { entries != nil }

    static var selectedCore: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

    /// Lets OpenBLAS choose by the environment as it is and returns the core it chose.
    @discardableResult
    static func reselect() -> String {
        if let entries {
            entries.quit()
            entries.start()
        }
        return selectedCore
    }

    /// Lets OpenBLAS choose with `OPENBLAS_CORETYPE` set to `core`, or unset for its own detection, puts the variable
    /// back and returns the core it chose.
    @discardableResult
    static func reselect(core: String?) -> String {
        let before = getenv(variable).flatMap { strdup($0) }
        defer {
            if let before { setenv(variable, before, 1) } else { unsetenv(variable) }
            free(before)
        }
        if let core { setenv(variable, core, 1) } else { unsetenv(variable) }
        return reselect()
    }
}
