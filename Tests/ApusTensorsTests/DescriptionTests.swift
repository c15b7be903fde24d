import ApusTensors
import Testing

@Suite struct DescriptionTests {
    @Test func wholeNumbers() {
        #expect(
            Tensor<Float>([[1, -2, 3], [10, 5, 6]]).description == """
                Tensor<Float> [2, 3]
                [[ 1. -2.  3.]
                 [10.  5.  6.]]
                """)
    }

    @Test func decimalsAlign() {
        #expect(
            Tensor<Double>([0.5, 2, -1.23456, .nan, .infinity]).description == """
                Tensor<Double> [5]
                [ 0.5000  2.0000 -1.2346     nan     inf]
                """)
        #expect(Tensor<Double>([0.5, 2.25]).description == "Tensor<Double> [2]\n[0.50 2.25]")
    }

    @Test func largeAndSmallNumbersHavePowers() {
        #expect(Tensor<Double>([1e-5, 2e-4]).description == "Tensor<Double> [2]\n[1.0000e-05 2.0000e-04]")
        #expect(Tensor<Double>([1e10, 1]).description == "Tensor<Double> [2]\n[1.0000e+10 1.0000e+00]")
    }

    @Test func threeAxes() {
        #expect(
            Tensor<Float>.counting([2, 2, 2]).description == """
                Tensor<Float> [2, 2, 2]
                [[[1. 2.]
                  [3. 4.]]

                 [[5. 6.]
                  [7. 8.]]]
                """)
    }

    @Test func largeTensorsAreCut() {
        #expect(
            Tensor<Float>.arange(10_000).reshaped(100, 100).description == """
                Tensor<Float> [100, 100]
                [[   0.    1.    2. ...   97.   98.   99.]
                 [ 100.  101.  102. ...  197.  198.  199.]
                 [ 200.  201.  202. ...  297.  298.  299.]
                 ...
                 [9700. 9701. 9702. ... 9797. 9798. 9799.]
                 [9800. 9801. 9802. ... 9897. 9898. 9899.]
                 [9900. 9901. 9902. ... 9997. 9998. 9999.]]
                """)
        #expect(Tensor<Float>.arange(20).description == "Tensor<Float> [20]\n[ 0.  1.  2. ... 17. 18. 19.]")
    }

    @Test func edges() {
        #expect(Tensor<Float>(2.5).description == "Tensor<Float> []\n2.5")
        #expect(Tensor<Float>.zeros([0, 3]).description == "Tensor<Float> [0, 3]\n[]")
        #expect(Tensor<Float>.zeros([2, 0]).description == "Tensor<Float> [2, 0]\n[[]\n []]")
    }
}
