import ApusDatasets
import ApusTensors
import Foundation
import Testing

@Suite struct TableTests {
    private func table(_ text: String) throws -> Table { try Table(csvBytes: Array(text.utf8), name: "t.csv") }

    @Test func columnsOfNumbersAndText() throws {
        let table = try table("age, city ,price\n30,Rome,1e3\n,\"Paris, \"\"13\"\"\",-0.5\r\n\n41,NA,inf\n7,Rome,nan")
        #expect(table.rowCount == 4 && table.columns.map(\.name) == ["age", "city", "price"])
        guard case .numbers(let ages)? = table["age"]?.values, case .numbers(let prices)? = table["price"]?.values
        else {
            Issue.record("no numbers")
            return
        }
        #expect(ages[0] == 30 && ages[1].isNaN && ages[2] == 41 && ages[3] == 7)
        #expect(prices[0] == 1000 && prices[1] == -0.5 && prices[2] == .infinity && prices[3].isNaN)
        #expect(
            table["city"]?.values == .text(categories: ["Paris, \"13\"", "Rome"], indices: [1, 0, nil, 1]))
        #expect(table["town"] == nil)
        #expect(table.completeRows == [0])
        let (values, names) = table.features(["city", "age"])
        #expect(names == ["city=Paris, \"13\"", "city=Rome", "age"])
        #expect(values.shape == [4, 3])
        #expect(Array(values.scalars.prefix(3)) == [0, 1, 30] && Array(values.scalars[6..<8]) == [0, 0])
        #expect(table.rows([3, 0]).features(["age"]).values.scalars == [7, 30])
    }

    @Test func thereAndBack() throws {
        let text = "a,\"b,c\"\n0.1,\"x \"\"y\"\"\"\n,z\n"
        let table = try table(text)
        #expect(table.csv == text)
        let folder = try TemporaryFolder()
        try table.write(csv: folder("t.csv"))
        let again = try Table(csv: folder("t.csv"))
        #expect(again.csv == text)
    }

    @Test(arguments: [
        ("", "no text"), ("\n\n", "no text"), ("a,a\n1,2\n", "two columns \"a\""),
        ("a,b\n1\n", "1 fields in row 2, expected 2"), ("a,b\n1,2,3\n", "3 fields in row 2"),
        ("a\n\"1\n", "a quote that is not closed"), ("a,b\n\"1\"2,3\n", "text after a closing quote in row 2"),
        ("a,b\n1\"2\"3,4", "text after a closing quote"),
    ])
    func malformed(text: String, sentence: String) {
        let error = #expect(throws: FileError.self) { try table(text) }
        #expect(error?.description.hasPrefix("t.csv: ") == true)
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test func otherBytes() {
        let error = #expect(throws: FileError.self) { try Table(csvBytes: [97, 10, 0xFF, 10], name: "t.csv") }
        #expect(error?.description.contains("no UTF-8") == true)
        #expect(throws: FileError.self) { try Table(csv: "/nowhere.csv") }
    }

    /// SwiftCSV's own table would take 10,000 × 100,000 fields for it, 16 GB.
    @Test func oneLongRowAmongShortOnes() {
        let text = "a\n" + String(repeating: "1\n", count: 10_000) + String(repeating: ",", count: 100_000)
        let error = #expect(throws: FileError.self) { try table(text) }
        #expect(error?.description.contains("100001 fields in row 10002, expected at most 65536 columns") == true)
    }

    @Test func lastFieldMayBeEmpty() throws {
        #expect(try table("a,b\n1,").csv == "a,b\n1.0,\n")
        #expect(try table("\u{FEFF}a,b\n0x10,2").csv == "a,b\n0x10,2.0\n")
        let separated = try Table(csvBytes: Array("a;b\n1;2".utf8), name: "t", delimiter: ";")
        #expect(separated.columns.count == 2)
    }
}
