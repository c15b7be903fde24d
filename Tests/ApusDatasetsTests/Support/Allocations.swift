import ApusDatasets
import ApusParallel
import CAllocations

/// What a loader takes from the heap for batches of one epoch after the first two.
func allocations(of loader: BatchLoader, pool: WorkerPool) -> UInt64 {
    let count = loader.batchSize * loader.imageSize.height * loader.imageSize.width * loader.images.channels
    var pixels = [Float](repeating: 0, count: count)
    var labels = [Int32](repeating: 0, count: loader.batchSize)
    var targets = [Float](repeating: 0, count: loader.batchSize * loader.images.classNames.count)
    let load = { (batch: Int) in
        _ = loader.load(batch: batch, epoch: 0, into: &pixels, labels: &labels, targets: &targets, pool: pool)
    }
    for batch in 0..<2 { load(batch) }
    callocations_begin()
    for batch in 2..<loader.batchesPerEpoch { load(batch) }
    return callocations_end()
}
