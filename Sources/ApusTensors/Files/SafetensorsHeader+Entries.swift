extension SafetensorsHeader {
    /// The checked tensors, sorted by name.
    ///
    /// - Parameters:
    ///   - dataCount: Bytes after the header.
    ///   - path: For messages.
    func entries(dataCount: Int, path: String) throws(FileError) -> [SafetensorsFile.Entry] {
        var entries: [SafetensorsFile.Entry] = []
        entries.reserveCapacity(tensors.count)
        for (name, description) in tensors.sorted(by: { $0.key < $1.key }) {
            do throws(Flaw) {
                entries.append(try description.entry(named: name, dataCount: dataCount))
            } catch {
                throw .malformed(path: path, found: "tensor \"\(name)\" with \(error.found)", expected: error.expected)
            }
        }
        try Self.checkCover(entries, dataCount: dataCount, path: path)
        return entries
    }

    /// The tensors must lie end to end over all of the data.
    private static func checkCover(
        _ entries: [SafetensorsFile.Entry], dataCount: Int, path: String
    ) throws(FileError) {
        var end = 0
        var last = "the header"
        for entry in entries.sorted(by: { ($0.byteRange.lowerBound, $0.count) < ($1.byteRange.lowerBound, $1.count) }) {
            let start = entry.byteRange.lowerBound
            guard start == end else {
                let what = start < end ? "overlaps" : "leaves a hole after"
                throw .malformed(
                    path: path, found: "tensor \"\(entry.name)\" at byte \(start), which \(what) \(last)",
                    expected: "it at byte \(end)")
            }
            end = entry.byteRange.upperBound
            last = "\"\(entry.name)\""
        }
        guard end == dataCount else {
            throw .malformed(
                path: path, found: "\(dataCount) bytes of data", expected: "the \(end) bytes that the tensors take")
        }
    }
}

/// What is wrong with one tensor's description.
private struct Flaw: Error {
    let found: String
    let expected: String
}

extension SafetensorsHeader.Description {
    fileprivate func entry(named name: String, dataCount: Int) throws(Flaw) -> SafetensorsFile.Entry {
        guard let type = SafetensorsType(rawValue: type) else {
            let known = SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ")
            throw Flaw(found: "dtype \(self.type)", expected: "one of \(known)")
        }
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount else {
            throw Flaw(found: "data_offsets \(offsets)", expected: "an ascending pair from 0 to \(dataCount)")
        }
        let (start, end) = (offsets[0], offsets[1])
        guard let shape = Shape(exactly: shape), let byteCount = shape.byteCount(of: type) else {
            throw Flaw(found: "shape \(self.shape)", expected: "lengths from 0 on whose product can be addressed")
        }
        guard end - start == byteCount else {
            throw Flaw(
                found: "\(end - start) bytes (data_offsets \(offsets))",
                expected: "\(byteCount) for \(type.rawValue) of shape \(shape)")
        }
        return SafetensorsFile.Entry(name: name, type: type, shape: shape, byteRange: start..<end)
    }
}

extension Shape {
    /// `nil` where it cannot be addressed.
    fileprivate func byteCount(of type: SafetensorsType) -> Int? {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
        return overflow ? nil : bytes
    }
}
