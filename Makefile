# `make` alone lists what there is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A clean clone on a CI machine finds what earlier runs have compiled, and keeps nothing that only helps an editor.
ifneq ($(CI),)
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/aisora/target
export CARGO_INCREMENTAL ?= 0
export CARGO_PROFILE_DEV_DEBUG ?= false
# The compiler keeps its memory, in large pages: on a virtual machine where each new page is slow this halves its time.
export MALLOC_CONF ?= dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always,metadata_thp:always
endif
TARGET := $(or $(CARGO_TARGET_DIR),target)
JOBS := $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)

.PHONY: help
help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

.PHONY: run
run: build ## Install what is missing, build, and serve http://127.0.0.1:3000
	@exec $(TARGET)/release/aisora serve

.PHONY: build
build: ## Release build: target/release/aisora and target/site
	@scripts/tools build
	+@$(MAKE) --no-print-directory --jobs=$(JOBS) site server

# Side by side, because each has long stretches that keep one core busy. With `+` the two cargos share the jobs of this make.
.PHONY: site
site: ## The half of `make build` that goes to the browser
	+@CARGO_TERM_PROGRESS_WHEN=never scripts/build-site

.PHONY: server
server: ## The other half
	+CARGO_TERM_PROGRESS_WHEN=never cargo build --release --features ssr --bin aisora

.PHONY: test
test: ## Format, lints, Rust tests on SQLite and PostgreSQL, browser tests
	@scripts/tools test
	@scripts/test

.PHONY: bench
bench: ## Benchmarks; the figures of the README
	@scripts/tools build
	scripts/with-postgres cargo bench --features ssr

.PHONY: lighthouse
lighthouse: build ## What Lighthouse says of landing, studio, library and video; the table of the README
	@scripts/tools test
	cd end2end && AISORA_BIN=$(abspath $(TARGET))/release/aisora AISORA_SITE_DIR=$(abspath $(TARGET))/site AISORA_LIGHTHOUSE=1 npx playwright test --workers=1 --reporter=list lighthouse

.PHONY: crash
crash: ## The long crash test: 200 kills on each database
	@scripts/tools test
	AISORA_KILLS=200 scripts/with-postgres cargo test --features ssr --test suite -- crash --nocapture

.PHONY: fmt
fmt: ## Format the Rust code
	cargo fmt

.PHONY: lint
lint: ## The first stages of `make test`: format, clippy for server and browser, types of the browser tests
	@scripts/tools lint
	@scripts/test format clippy clippy-browser types

.PHONY: watch
watch: ## Rebuild and reload at each change (cargo leptos watch)
	@scripts/tools watch
	@PATH="$(abspath $(TARGET))/tools/bin:$(CURDIR)/scripts/node_modules/.bin:$$PATH" cargo leptos watch

.PHONY: clean
clean: ## Remove all that was built
	cargo clean
	rm -rf scripts/node_modules end2end/node_modules end2end/test-results end2end/playwright-report
