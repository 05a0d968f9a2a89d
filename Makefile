# Everything runs on the Node.js that the lock file pins, whatever the machine has.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help

NODE := $(CURDIR)/node_modules/.bin/node
IS_ROOT := $(filter 0,$(shell id -u))
# Containers and BPF need root; a normal user builds, and runs only the tests that need neither.
SUDO := $(if $(IS_ROOT),,sudo env XDG_CACHE_HOME=$(or $(XDG_CACHE_HOME),$(HOME)/.cache))
TEST_SETUP := $(if $(IS_ROOT),editor,build)
PRETTIER := --config .config/prettier.json --log-level warn

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

.PHONY: build
build: setup ## Compile everything into dist/
	@$(MAKE) -s -C agent/native OUT=$(CURDIR)/dist
	@node esbuild.config.mjs

.PHONY: demo
demo: setup-editor build ## Kill containers in many ways and see each death explained (root; FLAGS=--no-editor)
	@$(SUDO) $(NODE) test/demo/main.ts $(FLAGS)

.PHONY: test
test: setup-test build ## Run all tests; as root also those on real containers
	@node --disable-warning=ExperimentalWarning test/run.ts

.PHONY: scenarios
scenarios: setup-lab build ## Let containers die in every way and print what was said of each (root); N=10 rounds, ONLY=part of a name, RECORD=1 golden data
	@$(SUDO) env N=$(N) RECORD=$(RECORD) $(NODE) --disable-warning=ExperimentalWarning test/scenarios/main.ts $(ONLY)

.PHONY: coverage
coverage: setup-test build ## Run the tests of the agent from source and fail below 80 % of lines or branches
	@node --disable-warning=ExperimentalWarning .config/coverage.mjs test/unit/ test/native/ test/integration/

.PHONY: bench
bench: setup-editor build ## Measure cost and latency side by side with other tools (root)
	@$(SUDO) $(NODE) test/bench/main.ts

.PHONY: lint
lint: format-check eslint types layers imports tree ## Formatting, linter, types, imports between rooms, generated text

.PHONY: layers
layers: setup ## Compile each room alone with only the rooms it may import
	@tsc --build .config/tsconfig

.PHONY: format-check eslint types imports tree
format-check: setup
	@prettier $(PRETTIER) --cache --cache-location .cache/prettier --check .
eslint: setup
	@eslint --config .config/eslint.config.mjs --max-warnings 0 --cache --cache-location .cache/eslint .
types: setup
	@tsc --project tsconfig.json --incremental --tsBuildInfoFile .cache/types.tsbuildinfo
imports: setup
	@depcruise --config .config/dependency-cruiser.cjs agent test $(wildcard extension)
tree: setup
	@.config/check-tree.sh
	@.config/check-generated.sh

.PHONY: verify
verify: lint test coverage ## All checks: what has to pass before a merge

.PHONY: format
format: setup ## Rewrite files in the project's format
	@prettier $(PRETTIER) --write .

.PHONY: generate
generate: setup ## Rewrite what is generated: reference and kernels in README.md, the texts to translate
	@node agent/cli/reference-main.ts
	@node test/kernels/readme.ts
	@node .config/l10n.mjs

.PHONY: bundle
bundle: build compile-other ## Pack what a host installs, for x86-64 and arm64, into dist/bundle/ (A=x64 only that)
	@node .config/bundle/main.ts dist/bundle $(A)

.PHONY: compile-other
compile-other: setup-bundle
	@node .config/bundle/compile.ts $(A)

.PHONY: kernels
kernels: setup-kernels build $(if $(A),compile-other) ## Prove the bundle on other kernels in virtual machines (root); K=6.1 one of them, A=arm64 on that architecture, ONLY=part of a scenario's name or all, RECORD=1
	@$(SUDO) env A=$(A) ONLY=$(ONLY) RECORD=$(RECORD) $(NODE) --disable-warning=ExperimentalWarning test/kernels/main.ts $(K)

.PHONY: kernel-load
kernel-load: setup-kernels build $(if $(A),compile-other) ## Load the kernel programs on other kernels and let processes die for them, half a minute each; K=6.1 one of them, A=arm64 on that architecture, RECORD=1 keeps what was found for README
	@env A=$(A) RECORD=$(RECORD) $(NODE) --disable-warning=ExperimentalWarning test/kernels/load/main.ts $(K)

.PHONY: service
service: setup-kernels build ## Install, upgrade and remove the agent over SSH on a real systemd in a virtual machine (root); some ten minutes; K=7.2 another kernel than 6.1
	@$(SUDO) $(NODE) --disable-warning=ExperimentalWarning test/kernels/service/main.ts $(or $(K),6.1)

.PHONY: cluster
cluster: setup-cluster build ## Prove the agent on a real Kubernetes of one node, as its DaemonSet (root); builds Kubernetes once, some ten minutes; ONLY=part of a title
	@$(SUDO) $(NODE) --disable-warning=ExperimentalWarning test/cluster/main.ts $(ONLY)

.PHONY: vsix
vsix: build ## Pack the VS Code extension into dist/inquest.vsix
	@node .config/vsix.mjs dist/inquest.vsix

.PHONY: editor
editor: vsix setup-editor ## Run the extension's tests in a real editor and browser
	@node --disable-warning=ExperimentalWarning test/run.ts test/editor/

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf dist coverage .cache
	@$(MAKE) -C agent/native clean

.PHONY: screenshots
screenshots: setup-editor build ## Take pictures of every state of the extension into dist/screenshots
	@$(NODE) test/editor/screenshots.ts

.PHONY: setup setup-lab setup-editor setup-test setup-bundle setup-kernels setup-cluster
setup:
	@.config/setup.sh build
setup-lab:
	@.config/setup.sh lab
setup-editor:
	@.config/setup.sh editor
setup-bundle:
	@.config/setup.sh bundle
setup-kernels:
	@.config/setup.sh kernels
setup-cluster:
	@.config/setup.sh cluster
setup-test:
	@.config/setup.sh $(TEST_SETUP)
