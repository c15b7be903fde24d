# Everything goes through one set of flags and one build directory, so that nothing is built twice.

MARCH ?= native
PREFIX ?= /usr/local
BUILD := swift build -c release -Xcc -march=$(MARCH) --product apus
# Without testable imports tests compile the library as a build does. One test after the other: a long computation beside
# them starves tests that serve a download or send a signal of Swift's few concurrency threads.
TEST := swift test -c release -Xcc -march=$(MARCH) --disable-testable-imports --no-parallel
APUS := .build/release/apus
SOURCES := Package.swift Sources Tests Fuzzing $(wildcard Benchmarks/Apus* Examples/*/Package.swift Examples/*/Sources)
PEERS := Benchmarks/peers
DOCS := .build/documentation
MODULES := ApusParallel ApusBLAS ApusTensors ApusKernels ApusNeuralNetworks ApusDatasets ApusTraining ApusBenchmarks Apus

.DEFAULT_GOAL := help
.PHONY: setup doctor build test python protobuf test-reliability fuzz sanitize train bench bench-quick bench-peers speedrun speedrun-peers profile-steps plots compare-plain check-processors install format lint docs \
	clean help

setup: ## Install the Debian packages that are missing
	@Scripts/setup

build: setup ## Build the library and the command apus
	@$(BUILD)

test: ## Run all tests, or FILTER=name
	@Scripts/setup report browser emulator trace
	@$(TEST) $(if $(FILTER),--filter "$(FILTER)")

python: ## Install the Python packages that tests compare with in .build/python
	@test -x .build/python/bin/python3 || python3 -m venv .build/python
	@.build/python/bin/pip install --quiet --disable-pip-version-check numpy safetensors tensorboard

protobuf: ## Generate the Swift code of TensorBoard's messages again
	@Scripts/generate-protobuf

test-reliability: ## Kill a training 200 times, fill disks, resume after every step: KILLS=n
	@Scripts/setup trace
	@APUS_KILLS=$(or $(KILLS),200) $(TEST) --filter "KillTests|FullDiskTests|ResumeTests"

fuzz: setup ## Feed all readers of files a million broken ones: RUNS=n READERS="png csv"
	@MARCH=$(MARCH) RUNS=$(RUNS) READERS="$(READERS)" Scripts/fuzz

sanitize: setup ## Run all tests under the thread and the address sanitizer: SANITIZERS=thread FILTER=name
	@Scripts/setup report browser emulator trace
	@MARCH=$(MARCH) FILTER="$(FILTER)" Scripts/sanitize $(SANITIZERS)

train: build ## Train on CIFAR-10: DATA=dir EPOCHS=n ARGS="--seed 2 …"
	@$(APUS) train $(if $(DATA),--data "$(DATA)") $(if $(EPOCHS),--epochs "$(EPOCHS)") $(ARGS)

doctor: build ## Say what this machine offers and what slows it down
	@$(APUS) doctor

bench: build ## Measure machine, kernels and engine for ten minutes: bench/report.html
	@Scripts/setup report
	@mkdir -p bench
	@$(APUS) bench --json bench/results.json --html bench/report.html $(ARGS)

bench-quick: build ## The same in a minute, of few problems
	@Scripts/setup report
	@mkdir -p bench
	@$(APUS) bench --quick --json bench/quick.json --html bench/quick.html $(ARGS)

bench-peers: build ## Compare with PyTorch, TensorFlow and ONNX Runtime: bench/peers.html
	@Scripts/setup report
	@$(PEERS)/install
	@mkdir -p bench
	@$(APUS) bench --suite peers --peers $(PEERS) --threads $$(nproc) --json bench/peers.json --html bench/peers.html $(ARGS)

speedrun: build ## Train CIFAR-10 to 94 % from five seeds: DATA=dir ARGS="--recipe cifar10-90"
	@$(APUS) speedrun $(if $(DATA),--data "$(DATA)") $(ARGS)

speedrun-peers: build ## The same, taking turns with PyTorch or Keras
	@$(PEERS)/install
	@$(APUS) speedrun --peers $(PEERS) $(if $(DATA),--data "$(DATA)") $(ARGS)

profile-steps: build ## Time a training step of airbench94 by each algorithm: Benchmarks/results/profile
	@Scripts/profile-steps Benchmarks/results/profile $(ARGS)

plots: python ## Draw what Benchmarks/results holds, for the article on speedruns
	@.build/python/bin/pip install --quiet --disable-pip-version-check matplotlib
	@.build/python/bin/python3 Scripts/plot-speedruns

compare-plain: setup ## Compare a plain build's training speed with that of make build
	@MARCH=$(MARCH) Scripts/compare-plain-build $(ARGS)

check-processors: ## Start builds for several processors on emulated older ones
	@Scripts/setup emulator arm64
	@Scripts/check-processors

install: build ## Copy apus to PREFIX/bin (/usr/local)
	@install -D -m 755 $(APUS) "$(DESTDIR)$(PREFIX)/bin/apus"

format: ## Format all Swift files in place
	@swift format --in-place --parallel --recursive $(SOURCES)

lint: ## Check style and format of all Swift files
	@swift format lint --strict --parallel --recursive $(SOURCES)

docs: setup ## Write the library's documentation to DOCS
	@mkdir -p $(DOCS)
	@APUS_DOCS=1 swift package --scratch-path .build/docs --allow-writing-to-directory $(DOCS) \
		generate-documentation --enable-experimental-combined-documentation $(MODULES:%=--target %) --output-path $(DOCS)
	@echo "Documentation is in $(DOCS)"

docs/architecture.svg: docs/architecture.dot
	dot -Tsvg $< -o $@

clean: ## Remove what builds have left
	@rm -rf .build .build-v2 .build-v3 .build-v4 .build-fuzz .build-thread .build-address

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
