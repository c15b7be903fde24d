/// Everything of Apus under one import.
@_exported import ApusBLAS
@_exported import ApusDatasets
@_exported import ApusKernels
@_exported import ApusNeuralNetworks
@_exported import ApusParallel
@_exported import ApusTensors
@_exported import ApusTraining
