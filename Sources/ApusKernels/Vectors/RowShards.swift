import ApusParallel

/// Rows of images as the units of work, counted through all images, so that one large image also keeps every core busy.
enum RowShards {
    /// Fewest scalars that are worth a shard of their own.
    static let grain = 16_384

    /// Calls `body` for each row of each image; a shard is a block of neighbouring rows.
    @inline(__always)
    static func forEach(
        images: Int, rows: Int, scalarsPerRow: Int, pool: WorkerPool, _ body: (_ image: Int, _ row: Int) -> Void
    ) {
        let shards = Shards(of: images * rows, atLeast: max(1, grain / scalarsPerRow))
        pool.forEach(shards.shards) { shard, _ in
            for position in shards[shard] {
                let (image, row) = position.quotientAndRemainder(dividingBy: rows)
                body(image, row)
            }
        }
    }
}
