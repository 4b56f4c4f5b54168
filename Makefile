# SPDX-License-Identifier: Apache-2.0
# The interface to this repository. `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# Where SwiftPM keeps its work; a second checkout of tools may choose another.
SCRATCH ?= .build
SWIFT ?= swift
SECONDS_EACH ?= 60
SWIFT_FLAGS := --scratch-path $(SCRATCH)
RELEASE_FLAGS := $(SWIFT_FLAGS) -c release --static-swift-stdlib -Xlinker -s
KERNEL := $(CURDIR)/bin/cloister-kernel
CLOISTER := $(CURDIR)/bin/cloister

export CLOISTER_KERNEL ?= $(KERNEL)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: deps build ## Run the example job natively and in an enclave, and compare
	Examples/sales-report/run.sh

.PHONY: deps
deps: ## Install the Debian packages that are missing
	scripts/deps.sh

.PHONY: build
build: kernel command ## Build all programs in bin/

.PHONY: command
command: ## Build bin/cloister and the programs beside it, but not the kernel
	@mkdir -p bin
	for product in cloister cloister-agent cloister-broker cloister-platform cloister-shield; do \
	    $(SWIFT) build $(RELEASE_FLAGS) --product $$product; \
	    install -m 0755 "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/$$product" bin/$$product.new; \
	    mv -f bin/$$product.new bin/$$product; \
	done
	$(SWIFT) build $(RELEASE_FLAGS) --product cloister-attested-tls
	scripts/c-library.sh "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/libcloister-attested-tls.a" bin/libcloister-attested-tls.so.new
	mv -f bin/libcloister-attested-tls.so.new bin/libcloister-attested-tls.so

.PHONY: kernel
kernel: ## Build bin/cloister-kernel only
	@mkdir -p bin
	Kernel/build.sh $(KERNEL)

.PHONY: install
install: build ## Install under PREFIX, with completion and man pages
	scripts/install.sh "$(DESTDIR)$(PREFIX)"

.PHONY: uninstall
uninstall: ## Remove what make install put under PREFIX
	scripts/install.sh --remove "$(DESTDIR)$(PREFIX)"

.PHONY: test
test: deps kernel test-kernel test-hosted ## Run every unit test

.PHONY: test-hosted
test-hosted: ## Run the tests of the command and its libraries (needs bin/cloister-kernel)
	$(SWIFT) test $(SWIFT_FLAGS)

.PHONY: test-kernel
test-kernel: ## Run the kernel's unit tests
	scripts/test-kernel.sh $(CURDIR)/$(SCRATCH)/kernel-tests

.PHONY: conformance
conformance: ## Run the C programs natively and in an enclave, and compare (fails for those in gate.txt)
	Tests/Conformance/run --gate Tests/Conformance/gate.txt $(ARGS)

.PHONY: integration
integration: ## Run real programs and the example in enclaves
	scripts/integration.sh

.PHONY: bench
bench: ## Print the table of ratios to native (ARGS=--quick for the short one)
	Benchmarks/bench.py $(ARGS)
	Benchmarks/broker/run.py $(ARGS)
	Benchmarks/attestation/run.py $(ARGS)
	Benchmarks/shield/run.py $(ARGS)

.PHONY: fuzz
fuzz: ## Feed broken input to every decoder, and lies of the host to the kernel (SECONDS_EACH=60)
	CLOISTER_FUZZ_SECONDS=$(SECONDS_EACH) $(SWIFT) test $(SWIFT_FLAGS) --filter '[Ff]uzz|[Dd]amage'
	CLOISTER_FUZZ_SECONDS=$(SECONDS_EACH) $(SWIFT) test --package-path Kernel --scratch-path $(CURDIR)/$(SCRATCH)/kernel-tests --filter Fuzz

.PHONY: lint
lint: ## Check format, licence lines, unsafe code, kernel dependencies and shell scripts
	scripts/lint.sh

.PHONY: fmt
fmt: ## Format the Swift sources
	$(SWIFT) format --in-place --parallel $$(scripts/sources.sh swift)

.PHONY: docs
docs: ## Generate man pages and completion under out/docs
	scripts/docs.sh out/docs

.PHONY: clean
clean: ## Remove what was built
	rm -rf $(SCRATCH) bin out
