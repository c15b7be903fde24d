import Apus

extension AlgorithmTable {
    /// The kernels that `apus tune` found for this machine, where the choice is open; with a note where a file is there
    /// that was made on another processor. It measures products of float32 alone.
    static func tuned(for algorithm: AlgorithmChoice, _ precision: Precision) throws -> AlgorithmTable {
        guard algorithm == .auto, precision == .float32, let tuned = try TunedKernels.read() else {
            return AlgorithmTable()
        }
        if tuned.isOfThisProcessor { return tuned.table }
        Console.standard.note(
            "Note: \(TunedKernels.defaultPath) was tuned for another processor (\(tuned.processor)) and is not used; run "
                + "apus tune")
        return AlgorithmTable()
    }
}
