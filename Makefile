# `make demo` and `make test` do all the set-up themselves, on a fresh Debian or Ubuntu machine; both can be run again.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python scripts/install.py
PACKAGES := -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
# What pip cannot bring: Tesseract's language data, poppler as the second renderer, fonts for the sample documents.
# (fonts-dejavu-core is for the samples and the tests; a running service does without it.)
APT := tesseract-ocr tesseract-ocr-rus tesseract-ocr-osd poppler-utils fonts-dejavu-core
# (gcc builds the clock that a test sets.)
APT_TEST := chromium postgresql gcc libc6-dev
UV_COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --no-header --no-emit-index-url --no-annotate pyproject.toml

# Many processes of the tests start in the same environments: what one of them has compiled the next ones shall find.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-test demo serve test test-slow test-pins test-clients test-ray test-all check format lock bench web web-check sbom soak
help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready ## install what running, tests and benches need
	@scripts/apt.sh $(APT)

setup-test: setup
	@scripts/apt.sh $(APT_TEST)

.venv/.ready: requirements.lock
	@echo "== Python packages into .venv (the first time takes a minute)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { scripts/apt.sh python3-venv && $(PYTHON) -m venv .venv; }
	@$(INSTALL) .venv --no-deps -r requirements.lock
	@$(BIN)/python -m compileall -qq -j 0 -x /tests/ $$($(BIN)/python $(PACKAGES)) # by all cores
	@touch $@

demo: setup ## start the service and read a scanned sample through it
	@$(BIN)/python -m scripts.demo

serve: setup ## run the service on port 8081
	@$(BIN)/python -m ocr_service serve

# The tests, in as many processes as are worth while: the quick ones compute, the slow ones mostly wait. A file's tests stay
# in one process, which starts the service, the database or the browser that they share.
# (The quick ones read pages as page workers do: with one thread, and keep the memory of pictures for the next one.)
AS_WORKERS := OPENCV_FOR_THREADS_NUM=1 OPENBLAS_NUM_THREADS=1 MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_MMAP_THRESHOLD_=134217728
PYTEST := $(BIN)/python -m pytest -q --dist loadfile
QUICK := not slow and not gpu and not weights and not pins and not clients and not ray
SLOW := slow and not gpu and not weights and not pins and not clients and not ray
QUICK_PROCESSES ?= $(shell nproc)
SLOW_PROCESSES ?= $(shell expr $$(nproc) \* 2)
# $(1): what runs, $(2): the command.
timed = @echo "== $(1)"; start=$$(date +%s); $(2); code=$$?; \
	echo "== $(1): exit code $$code after $$(( $$(date +%s) - start )) s"; exit $$code
# Slow tests that failed beside others run once more by themselves, and both outcomes stand in the log: on a busy machine a
# browser or a database may be late, but a fault fails twice. $(1): which tests, as pytest's -m says it; $(2): more arguments.
twice = { $(PYTEST) -n $(SLOW_PROCESSES) -m "$(1)" $(2) || { test $$? -eq 1 && echo "== what failed, once more by itself" && \
	$(BIN)/python -m pytest -q --last-failed -m "$(1)" $(2); }; }

test: setup ## run the quick tests: each module, and the main job over HTTP with real parts
	$(call timed,quick tests ($(QUICK_PROCESSES) processes),$(AS_WORKERS) $(PYTEST) -n $(QUICK_PROCESSES) -m "$(QUICK)")

test-slow: setup-test ## run the slow tests: databases, browser, S3, restarts, faults, fuzzing
	$(call timed,slow tests ($(SLOW_PROCESSES) processes),$(call twice,$(SLOW),--no-loadscope-reorder))

# What the gpu image installs: its packages come before those of the lock, which are seen, too.
PINS := .venv-pins/bin
PINS_TESTS := tests/geometry tests/layout tests/reading/test_page_tasks.py tests/render tests/tesseract
test-pins: setup .venv-pins/.ready ## run the tests of pictures, layout and reading with the gpu image's packages
	$(call timed,tests with the gpu image's packages,$(PINS)/python -m pytest -q --dist loadfile -n $(QUICK_PROCESSES) \
	  -m "(pins or not slow) and not gpu and not weights" $(PINS_TESTS))

.venv-pins/.ready: .venv/.ready requirements_vllm.txt
	@echo "== The gpu image's packages into .venv-pins (this takes some minutes)"
	@rm -rf .venv-pins && $(PYTHON) -m venv --without-pip .venv-pins
	@$(INSTALL) .venv-pins --no-deps -r requirements_vllm.txt
	@$(BIN)/python $(PACKAGES) > "$$($(PINS)/python $(PACKAGES))/project.pth"
	@touch $@

# Clients of others drive the service, from an environment of their own.
CLIENTS := .venv-clients/bin
test-clients: setup .venv-clients/.ready ## run the tests with real clients of others (needs Node 20.19 or later)
	$(call timed,tests with clients of others,$(call twice,clients,tests/clients))

.venv-clients/.ready: .venv/.ready tests/clients/requirements.txt tests/clients/package-lock.json
	@echo "== Clients of others into .venv-clients (this takes some minutes)"
	@rm -rf .venv-clients && $(PYTHON) -m venv --without-pip .venv-clients
	@$(INSTALL) .venv-clients --no-deps -r tests/clients/requirements.txt
	@mkdir .venv-clients/node && cp tests/clients/package*.json .venv-clients/node && cd .venv-clients/node && npm ci
	@touch $@

# Archives on Ray, which weighs 500 MB: an environment of its own, which sees the packages of .venv, too.
RAY := .venv-ray/bin
test-ray: setup .venv-ray/.ready ## run the tests of archives on a Ray cluster of two nodes
	$(call timed,tests on Ray,$(RAY)/python -m pytest -q -m ray tests/cli)

.venv-ray/.ready: .venv/.ready tests/requirements-ray.txt
	@echo "== Ray into .venv-ray"
	@rm -rf .venv-ray && $(PYTHON) -m venv --without-pip .venv-ray
	@$(BIN)/python $(PACKAGES) > "$$($(RAY)/python $(PACKAGES))/project.pth"
	@$(INSTALL) .venv-ray --no-deps -r tests/requirements-ray.txt
	@touch $@

test-all: ## run every test that needs no GPU: test, test-slow, test-pins, test-clients, test-ray
	$(call timed,all tests,$(MAKE) --no-print-directory test test-slow test-pins test-clients test-ray)

check: setup ## format, lint, types, import layers, Dockerfile, shell
	@scripts/apt.sh shellcheck
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.web_types check
	@$(BIN)/python -m scripts.web_build check
	@$(BIN)/hadolint Dockerfile
	@shellcheck start.sh scripts/*.sh tests/image/*.sh .ci/run

format: setup ## let ruff mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup ## figures of the embedded reader on this machine (others: the heads of bench/*.py)
	@$(BIN)/python bench/embedded.py

web: setup ## build the web page (needs Node 20.19 or later; running the service does not)
	@$(BIN)/python -m scripts.web_types write
	@cd web && npm ci && npm run --silent build
	@$(BIN)/python -m scripts.web_build record

web-check: ## lint, types and unit tests of the web page (needs Node 20.19 or later)
	@cd web && npm ci && npm run --silent check

sbom: setup ## list the packages that run, with versions and licences (sbom.cdx.json)
	@$(BIN)/python -m scripts.sbom

soak: setup ## full load for 20 minutes, with faults; a table of memory, files, threads
	@$(BIN)/python -m bench.soak --minutes 20

lock: ## compile requirements.lock anew: what the service needs, then what development adds
	@{ echo "# Compiled by 'make lock' from pyproject.toml. Install with: pip install --no-deps -r requirements.lock"; \
	   $(UV_COMPILE) --extra otel --extra mcp --extra checkout; \
	   echo "# --- development only ---"; \
	   $(UV_COMPILE) --extra otel --extra mcp --extra checkout --extra dev | grep -vxFf <($(UV_COMPILE) --extra otel --extra mcp --extra checkout) || true; } > requirements.lock.new
	@mv requirements.lock.new requirements.lock
lock: SHELL := /bin/bash
