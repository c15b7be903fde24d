/// Targets along one axis that see the same taps at the same distances: the interior of an image, or a line of its border
/// where some taps fall on padding. Within a class no tap is ever outside, so kernels neither multiply by padding nor look
/// for it.
///
/// Target `first + n · step` reads the sources `firstSource + n · sourceStep + offset` through its taps.
struct TapClass: Equatable {
    /// A tap and how far behind the class's first source it reads.
    struct Tap: Equatable {
        let tap: Int
        let offset: Int
    }

    var first: Int
    var step: Int
    var count: Int
    var firstSource: Int
    var sourceStep: Int
    var taps: [Tap]
}

extension SlidingAxis {
    /// Outputs, reading inputs.
    var forwardClasses: [TapClass] {
        TapClass.classes(targets: output, period: 1) { output in
            taps(insideFor: output).map { tap in (tap, position(output: output, tap: tap)) }
        }
    }

    /// Inputs, reading the outputs that see them.
    var inputGradientClasses: [TapClass] {
        TapClass.classes(targets: input, period: stride) { input in
            (0..<taps).reversed().compactMap { tap in
                let distance = input + before - tap * dilation
                guard distance >= 0, distance.isMultiple(of: stride), distance / stride < output else { return nil }
                return (tap, distance / stride)
            }
        }
    }
}

extension TapClass {
    /// Gathers targets, those of each residue modulo `period` by themselves, into classes.
    fileprivate static func classes(
        targets: Int, period: Int, _ taps: (_ target: Int) -> [(tap: Int, source: Int)]
    ) -> [TapClass] {
        var classes: [TapClass] = []
        for residue in 0..<min(period, targets) {
            var current: TapClass?
            for target in Swift.stride(from: residue, to: targets, by: period) {
                let seen = taps(target)
                let source = seen.first?.source ?? 0
                let relative = seen.map { Tap(tap: $0.tap, offset: $0.source - source) }
                if var last = current, last.taps == relative {
                    if last.count == 1 { last.sourceStep = source - last.firstSource }
                    last.count += 1
                    current = last
                    continue
                }
                if let current { classes.append(current) }
                current = TapClass(
                    first: target, step: period, count: 1, firstSource: source, sourceStep: 0, taps: relative)
            }
            if let current { classes.append(current) }
        }
        return classes
    }
}
