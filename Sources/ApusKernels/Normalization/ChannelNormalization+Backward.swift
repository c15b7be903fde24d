import ApusBLAS
import ApusParallel
import CHardware

extension ChannelNormalization {
    /// The gradients of what ``forward(samples:input:scale:shift:output:statistics:workspace:pool:)`` did. With g the
    /// gradient before the activation, x̂ the normalized input and means over a group of a block:
    ///
    ///     scaleGradient = Σ g · x̂,  shiftGradient = Σ g
    ///     inputGradient = (scale · g − mean(scale · g) − x̂ · mean(scale · g · x̂)) / √(variance + epsilon)
    ///
    /// - Parameters:
    ///   - outputGradient: Like the input.
    ///   - inputGradient: Like the input, and may be the output's gradient; `nil` where nobody needs it.
    ///   - scaleGradient: `[channels]`, or `nil`.
    ///   - shiftGradient: `[channels]`, or `nil`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func backward<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>?, shift: UnsafePointer<Scalar>?,
        statistics: UnsafePointer<Double>, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>?, scaleGradient: UnsafeMutablePointer<Scalar>?,
        shiftGradient: UnsafeMutablePointer<Scalar>?, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let memory = NormalizationWorkspace(self, samples: samples, workspace)
        let perGroup = channels / groups
        forEachBlock(samples: samples, pool: pool) { block in
            setCoefficients(block: block, memory, scale: scale, shift: shift) { channel in
                let place = 2 * (block * groups + channel / perGroup)
                return (statistics[place], statistics[place + 1])
            }
        }
        // Reading the gradient before the activation again is faster than making it again.
        sumGradients(
            samples: samples, input: input, outputGradient: outputGradient,
            handedOn: function == CHARDWARE_LINEAR ? nil : inputGradient, memory, pool: pool)
        addParts(samples: samples, statistics: statistics, memory, pool: pool)
        setParameterGradients(
            samples: samples, statistics: statistics, memory, scaleGradient: scaleGradient,
            shiftGradient: shiftGradient)
        guard let inputGradient else { return }
        forEachBlock(samples: samples, pool: pool) { block in
            setGradientCoefficients(block: block, samples: samples, statistics: statistics, memory, scale: scale)
        }
        applyGradients(
            samples: samples, input: input,
            gradients: function == CHARDWARE_LINEAR ? outputGradient : UnsafePointer(inputGradient),
            inputGradient: inputGradient, function: CHARDWARE_LINEAR, memory, pool: pool)
    }

    /// The input's gradient of what ``inference(samples:input:means:variances:scale:shift:output:workspace:pool:)``
    /// did: scale · g / √(variance + epsilon).
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func inferenceBackward<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, means: UnsafePointer<Scalar>, variances: UnsafePointer<Scalar>,
        scale: UnsafePointer<Scalar>?, shift: UnsafePointer<Scalar>?, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let memory = NormalizationWorkspace(self, samples: samples, workspace)
        setCoefficients(memory, samples, means, variances, scale: scale, shift: shift, pool: pool)
        for block in 0..<blocks(samples: samples) {
            let slopes = memory.coefficients + (block * Self.coefficients + 3) * rowCount
            slopes.update(repeating: 0, count: 2 * rowCount)
        }
        applyGradients(
            samples: samples, input: input, gradients: outputGradient, inputGradient: inputGradient,
            function: function, memory, pool: pool)
    }

    private func applyGradients<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, gradients: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, function: chardware_function,
        _ memory: NormalizationWorkspace<Scalar>, pool: WorkerPool
    ) {
        forEachShard(samples: samples, pool: pool) { _, block, first, rows, rest in
            func apply(_ start: Int, rows: Int, columns: Int) {
                var part = matrix(
                    block, memory, source: input + start, gradients: gradients + start,
                    target: inputGradient + start, rows: rows, columns: columns)
                part.function = function
                TileSet.best.normalizeGradients(&part, as: Scalar.self)
            }
            apply(first * channels, rows: rows, columns: rowCount)
            apply(first * channels + rows * rowCount, rows: rest, columns: channels)
        }
    }

    private func sumGradients<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        handedOn: UnsafeMutablePointer<Scalar>?, _ memory: NormalizationWorkspace<Scalar>, pool: WorkerPool
    ) {
        forEachShard(samples: samples, pool: pool) { unit, block, first, rows, rest in
            let sums = memory.partials + unit * partialCount
            let products = sums + partialCount / 2
            sums.update(repeating: 0, count: partialCount)
            func add(_ start: Int, rows: Int, columns: Int, to place: Int) {
                var part = matrix(
                    block, memory, source: input + start, gradients: outputGradient + start,
                    target: handedOn.map { $0 + start }, rows: rows, columns: columns, sums: sums + place,
                    products: products + place)
                TileSet.best.sumGradients(&part, as: Scalar.self)
            }
            add(first * channels, rows: rows, columns: rowCount, to: 0)
            add(first * channels + rows * rowCount, rows: rest, columns: channels, to: rowCount)
        }
    }

    /// For each channel of each block Σ g and Σ g · (x − mean), added in the order of the shards.
    private func addParts<Scalar: BLASScalar>(
        samples: Int, statistics: UnsafePointer<Double>, _ memory: NormalizationWorkspace<Scalar>, pool: WorkerPool
    ) {
        let work = Shards(of: blocks(samples: samples) * channels, atLeast: 64)
        pool.forEach(work.shards) { shard, _ in
            for item in work[shard] {
                let (block, channel) = item.quotientAndRemainder(dividingBy: channels)
                var (sum, product) = (0.0, 0.0)
                forEachPart(ofBlock: block, channel: channel, samples: samples) { place, _ in
                    sum += memory.partials[place]
                    product += memory.partials[place + partialCount / 2]
                }
                let mean = statistics[2 * (block * groups + channel / (channels / groups))]
                memory.sums[2 * item] = sum
                memory.sums[2 * item + 1] = product - (mean - Double(Scalar(mean))) * sum
            }
        }
    }

    private func setParameterGradients<Scalar: BLASScalar>(
        samples: Int, statistics: UnsafePointer<Double>, _ memory: NormalizationWorkspace<Scalar>,
        scaleGradient: UnsafeMutablePointer<Scalar>?, shiftGradient: UnsafeMutablePointer<Scalar>?
    ) {
        for channel in 0..<channels {
            var (sum, product) = (0.0, 0.0)
            for block in 0..<blocks(samples: samples) {
                let place = 2 * (block * channels + channel)
                let inverse = statistics[2 * (block * groups + channel / (channels / groups)) + 1]
                sum += memory.sums[place]
                product += memory.sums[place + 1] * inverse
            }
            shiftGradient?[channel] = Scalar(sum)
            scaleGradient?[channel] = Scalar(product)
        }
    }

    /// Slope and offset of a block.
    private func setGradientCoefficients<Scalar: BLASScalar>(
        block: Int, samples: Int, statistics: UnsafePointer<Double>, _ memory: NormalizationWorkspace<Scalar>,
        scale: UnsafePointer<Scalar>?
    ) {
        let perGroup = channels / groups
        let count = Double(pixels(ofBlock: block, samples: samples).count * perGroup)
        let slopes = memory.coefficients + (block * Self.coefficients + 3) * rowCount
        let offsets = slopes + rowCount
        for group in 0..<groups {
            let (mean, inverse) = (
                statistics[2 * (block * groups + group)], statistics[2 * (block * groups + group) + 1]
            )
            var (sum, product) = (0.0, 0.0)
            for channel in group * perGroup..<(group + 1) * perGroup {
                let factor = scale.map { Double($0[channel]) } ?? 1
                sum += factor * memory.sums[2 * (block * channels + channel)]
                product += factor * memory.sums[2 * (block * channels + channel) + 1]
            }
            let slope = -product / count * inverse * inverse * inverse
            let offset = -sum / count * inverse - slope * (mean - Double(Scalar(mean)))
            for channel in group * perGroup..<(group + 1) * perGroup {
                slopes[channel] = Scalar(slope)
                offsets[channel] = Scalar(offset)
            }
        }
        repeatCoefficients(3..<5, of: block, memory)
    }
}
