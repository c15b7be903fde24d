import ApusBLAS
import ApusParallel
import ApusTensors

/// Inverted dropout (Srivastava et al. 2014): element i is zero with probability `rate` and divided by 1 − rate
/// otherwise, as a pure function of key and i. The mask is never stored: backward draws it again.
package enum DropoutMask {
    /// Elements whose random words are drawn at once.
    private static let block = 256

    /// output = mask · input; both may be the same buffer. The first element is number `first` of its batch.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        count: Int, first: Int = 0, rate: Double, key: RandomKey, input: UnsafePointer<Scalar>,
        output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let (threshold, scale) = coefficients(rate, Scalar.self)
        let shards = Shards(of: count, atLeast: RowShards.grain)
        pool.forEach(shards.shards) { shard, _ in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: block) { words in
                guard let words = words.baseAddress else { return }
                let range = shards[shard]
                for start in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                    let length = min(block, range.upperBound - start)
                    key.fillWords(words, count: length, first: UInt64(first + start))
                    let source = input + start
                    let target = output + start
                    for i in 0..<length { target[i] = words[i] >= threshold ? source[i] * scale : 0 }
                }
            }
        }
    }

    /// inputGradient = mask · outputGradient with the mask of the same key; both may be the same buffer.
    package static func backward<Scalar: BLASScalar>(
        count: Int, first: Int = 0, rate: Double, key: RandomKey, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        forward(
            count: count, first: first, rate: rate, key: key, input: outputGradient, output: inputGradient, pool: pool)
    }

    /// Drops whole channels of each sample (Tompson et al. 2015), forward and backward alike: output = mask[sample,
    /// channel] · input.
    ///
    /// - Parameters:
    ///   - samples: Samples of `[positions, channels]`.
    ///   - first: Number of the first sample in its batch.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func dropChannels<Scalar: BLASScalar>(
        samples: Int, positions: Int, channels: Int, first: Int, rate: Double, key: RandomKey,
        input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let (threshold, scale) = coefficients(rate, Scalar.self)
        let shards = Shards(of: samples, atLeast: max(1, RowShards.grain / (positions * channels)))
        pool.forEach(shards.shards) { shard, _ in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: block) { words in
                guard let words = words.baseAddress else { return }
                for sample in shards[shard] {
                    for start in stride(from: 0, to: channels, by: block) {
                        let length = min(block, channels - start)
                        key.fillWords(words, count: length, first: UInt64((first + sample) * channels + start))
                        for position in 0..<positions {
                            let place = (sample &* positions &+ position) &* channels &+ start
                            for i in 0..<length {
                                output[place &+ i] = words[i] >= threshold ? input[place &+ i] * scale : 0
                            }
                        }
                    }
                }
            }
        }
    }

    private static func coefficients<Scalar: BLASScalar>(_ rate: Double, _ type: Scalar.Type) -> (UInt32, Scalar) {
        require(rate >= 0 && rate < 1, "DropoutMask: rate is \(rate), expected 0 ≤ rate < 1")
        return (UInt32((rate * 0x1p32).rounded(.down)), Scalar(1 / (1 - rate)))
    }
}
