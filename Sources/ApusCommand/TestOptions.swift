import Apus
import ArgumentParser

/// How a network is tested.
struct TestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Average views of each test image: mirror, or mirror-translate; with a share, as mirror:0.25, only of those "
                + "that the network is least sure of.", valueName: "views"))
    var tta: String?

    func validate() throws { _ = try views }

    /// The views that are asked for, if any.
    var views: TestTimeAugmentation? {
        get throws {
            guard let tta else { return nil }
            let parts = tta.split(separator: ":", omittingEmptySubsequences: false)
            let known: [String: TestTimeAugmentation] = [
                "mirror": .mirror, "mirror-translate": .mirrorAndTranslate,
            ]
            let share = parts.count == 2 ? Double(parts[1]) : parts.count == 1 ? 1 : nil
            guard var views = known[String(parts[0])], let share, (0...1).contains(share) else {
                throw ValidationError(
                    "--tta is \(tta), expected \(known.keys.sorted().joined(separator: " or ")), with a share from 0 to 1 "
                        + "as in mirror:0.25")
            }
            views.leastConfidentShare = share
            return views
        }
    }
}
