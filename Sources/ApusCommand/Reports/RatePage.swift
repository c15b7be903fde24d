import Apus
import Foundation

/// The plot of `apus tune-rate` as a page that needs nothing else: Chart.js and the figures are inside.
struct RatePage {
    let library: ChartLibrary

    /// The page, as UTF-8.
    func page(_ report: RateReport) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        let template = PageTemplate(
            title: "Apus: learning rate", body: Array(Self.body.utf8), style: [Array(Self.style.utf8)],
            scripts: [Array(Self.script.utf8)])
        return template.filled(json: try encoder.encode(report), library: library)
    }

    private static let body = """
        <h1>Learning rate</h1>
        <p id="about" class="soft"></p>
        <p id="suggestion"></p>
        <div class="canvas"><canvas id="plot" role="img" data-drawn="false"
          aria-label="Loss over the learning rate"></canvas></div>
        <p class="soft">Each step is taken with a higher rate than the one before. Where the loss falls fastest, a training
          makes most of its steps; from where it is lowest on, steps are too long. A training with a schedule that falls may
          begin a little higher than the suggestion.</p>
        """

    private static let style = """
        .canvas { height: min(28rem, 70vh); }
        .soft { color: var(--soft); }
        """

    private static let script = """
        const report = JSON.parse(document.getElementById("results").textContent);
        const text = (rate) => Number(rate.toPrecision(3)).toExponential();
        document.getElementById("about").textContent =
          `${report.model}, ${report.optimizer}, batch ${report.batch_size}, ${report.data}: ${report.points.length} steps`
          + (report.diverged ? ", until the loss left all bounds" : "");
        document.getElementById("suggestion").textContent = report.suggestion == null
          ? "The loss fell nowhere: there is no suggestion."
          : `Suggested: ${text(report.suggestion)}. The loss was lowest at ${text(report.lowest_loss_rate)}.`;

        const canvas = document.getElementById("plot");
        const first = report.points.length ? report.points[0].smoothed_loss : 1;
        const lowest = Math.min(...report.points.map((point) => point.smoothed_loss));
        const marker = {
          id: "marker",
          afterDatasetsDraw(chart) {
            if (report.suggestion == null) return;
            const x = chart.scales.x.getPixelForValue(report.suggestion);
            const {ctx, chartArea} = chart;
            ctx.save();
            ctx.strokeStyle = style("vermillion");
            ctx.setLineDash([6, 4]);
            ctx.beginPath();
            ctx.moveTo(x, chartArea.top);
            ctx.lineTo(x, chartArea.bottom);
            ctx.stroke();
            ctx.restore();
          },
          afterDraw(chart) {
            chart.canvas.dataset.marks = report.points.length;
            chart.canvas.dataset.drawn = "true";
          },
        };
        let chart;
        function render() {
          chart?.destroy();
          Chart.defaults.color = style("soft");
          const axis = (title) => ({title: {display: true, text: title}, grid: {color: style("line")}});
          chart = new Chart(canvas, {
            type: "line",
            data: {
              datasets: [
                {
                  label: "smoothed loss", borderColor: style("blue"), backgroundColor: style("blue"), pointRadius: 0,
                  data: report.points.map((point) => ({x: point.rate, y: point.smoothed_loss})),
                },
                {
                  label: "loss of each step", showLine: false, pointRadius: 2, borderColor: style("grey"),
                  backgroundColor: style("grey"), data: report.points.map((point) => ({x: point.rate, y: point.loss})),
                },
              ],
            },
            options: {
              animation: false, maintainAspectRatio: false,
              scales: {
                x: {type: "logarithmic", ...axis("learning rate"), ticks: {maxTicksLimit: 9, callback: text}},
                // Losses that diverge would press all others to the ground.
                y: {...axis("loss"), max: first + Math.max(first - lowest, 0.05 * first), beginAtZero: false},
              },
            },
            plugins: [marker],
          });
        }
        render();
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
        const root = document.documentElement;
        root.dataset.overflow = Math.max(0, root.scrollWidth - root.clientWidth);
        root.dataset.ready = canvas.dataset.drawn === "true" ? 1 : 0;
        """
}
