/// What of a lowered convolution is done, so that a benchmark can tell what moving patches costs.
enum LoweringPart {
    /// Everything.
    case all
    /// im2col or col2im alone, tile by tile as in a whole convolution. Without products the result means nothing.
    case patches
}
