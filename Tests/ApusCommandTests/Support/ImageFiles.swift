import Foundation

/// The same picture of 24 × 16 pixels as PNG, JPEG and PPM.
enum ImageFiles {
    static let png = decoded(
        """
        iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAIAAACDRijCAAACcUlEQVR42hXUobbFIAxE0aurq6ur0UdHo6Oj0Wg0Gh2NRqPR1dX9
        jsfjA/aCMJPfb3EszsW1uBdhwUIWcaELW6RFXpRFXbSFL/piLOZiLZ7Fu/gWv9/kmJyTa3JPwoSJTOJEJzZJkzwpkzppE5/0yZjM
        yZo8k3fyzQ0NjsE5uAb3IAwYyCAOdGCDNMiDMqiDNvBBH4zBHKzBM3gH39hQ5+icnatzd0KHjnRiRzvWSZ3cKZ3aaR3v9M7ozM7q
        PJ238/UNOYdzOpdzO8HBESc66piTnOwUpzrNcac7w5nOch7ndT7fUONonI2rcTdCg4Y0YkMb1kiN3CiN2mgNb/TGaMzGajyNt/G1
        DVWOylm5KnclVKhIJVa0YpVUyZVSqZVW8UqvjMqsrMpTeStf3VDhKJyFq3AXQoGCFGJBC1ZIhVwohVpoBS/0wijMwio8hbfwlQ1l
        jsyZuTJ3JmTISCZmNGOZlMmZkqmZlvFMz4zMzKzMk3kzX95Q4kiciStxJ0KChCRiQhOWSImcKImaaAlP9MRIzMRKPIk38aUNGYdx
        GpdxG8HAECMaapiRjGwUoxrNcKMbw5jGMh7jNT7bkHIop3IptxIUFFGiooopSclKUarSFFe6MpSpLOVRXuXTDUWOyBm5InckRIhI
        JEY0YpEUyZESqZEW8UiPjMiMrMgTeSNf3JBwCKdwCbcQBAQRoqCCCUnIQhGq0AQXujCEKSzhEV7hkw3BASdccEPg/8j/tfYT97j2
        6Pc37kjseO2o7tjvCu067mrvNcEDL3xsKHAEzsAVuAMh/GMSiAENWCAFcqAEaqAFPNADIzADK/AE3sAX+AOgi8IQoPr/NgAAAABJ
        RU5ErkJggg==
        """)
    static let jpeg = decoded(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7
        gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8
        fHx8fHx8fHz/wAARCAAQABgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF
        BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW
        V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi
        4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC
        AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm
        Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq
        8vP09fb3+Pn6/9oADAMBAAIRAxEAPwCGOf3q1HP71hxz+9WY5/euadI58PQN2Of3orMjn96K5nSPbp0PdP/Z
        """)
    static var ppm: Data {
        var pixels: [UInt8] = []
        for row in 0..<16 {
            for column in 0..<24 { pixels += [UInt8(column * 10), UInt8(200 - row * 10), 60] }
        }
        return Data("P6 24 16 255\n".utf8) + Data(pixels)
    }

    private static func decoded(_ text: String) -> Data {
        Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data()
    }
}
