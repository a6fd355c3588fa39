# `make demo` shows the main job, `make test` passes every test, `make check` is what CI asks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
TEMPLATE ?= Deploy shop
ARGS ?=
TEXTS ?= 1000000
# More than the machine has: most of a test's time is a wait for the processes that it starts.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(2 + 2 * (os.cpu_count() or 1))')
# Whatever the machine says: compiled again, the tests take each worker five seconds of CPU before the first one runs.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test quick runs random fuzz check lint types imports fmt generate lock bench bench-quick instructions pictures reliability trials clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "aap-launcher needs Python 3.11 or later; this is " + sys.version.split()[0] + " (set PYTHON=...)")'
	@echo "installing into $(VENV), once; this takes a moment ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@said=$$($(BIN)/python -m pip check --disable-pip-version-check) || { echo "$$said"; exit 1; }
	@touch $@

# Only the benchmark starts `awx`, and what it needs is older than what we need.
$(BENCH_READY): requirements/bench.txt $(READY)
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt
	@$(BENCH)/bin/python -m pip check --disable-pip-version-check
	@touch $@

demo: $(READY) ## Launch a template of the sandbox as GitHub would (TEMPLATE="Broken deploy" for a failing one)
	@$(BIN)/python -m sandbox.demo "$(TEMPLATE)"

test: $(READY) ## Every test (ARGS="-k follow" for some)
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

# What needs no process, no controller and no runtime: the pure middle.
MIDDLE := tests/findings tests/follow tests/inputs tests/launcher tests/preflight tests/render tests/report tests/text

quick: lint types imports ## Lint, types, imports and the tests of the pure middle: a quarter of a minute
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q --numprocesses $(JOBS) $(MIDDLE) $(ARGS)

runs: $(READY) ## Record anew, by Ansible, what the tests of everything else replay (tests/runs)
	rm -rf .cache/runs tests/runs
	$(BIN)/python -m pytest -q --numprocesses $(JOBS) --dist loadfile --ignore tests/e2e/test_findings.py --ignore tests/sandbox/test_kept.py
	$(BIN)/python -m tests.record_runs

random: $(READY) ## The property tests with new examples; what they find is kept in .hypothesis
	HYPOTHESIS_PROFILE=random $(BIN)/python -m pytest --numprocesses $(JOBS) -m hypothesis $(ARGS)

fuzz: $(READY) ## A million generated texts through every reader of inputs (TEXTS=, SEED= of a run that failed)
	$(BIN)/python -m tests.fuzz.readers $(TEXTS) $(SEED)

check: lint types imports test ## What CI asks: lint, types, import contracts, tests

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tools.generate --check

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

fmt: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(READY) ## Write what repeats the definitions: actions, component, Jenkins steps, tables
	$(BIN)/python -m tools.generate

lock: ## Renew the lock files in requirements/ (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra sandbox --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra bench --constraint requirements/dev.txt pyproject.toml -o requirements/bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra frontends --constraint requirements/dev.txt pyproject.toml -o requirements/frontends.txt

bench: $(BENCH_READY) ## Measure beside what else people use, and write docs/performance.md (10 minutes)
	$(BIN)/python -m bench

bench-quick: $(BENCH_READY) ## The same for a look: under a minute, nothing is written
	$(BIN)/python -m bench --quick

instructions: $(READY) ## Count instructions against their bounds (valgrind)
	$(BIN)/python -m bench.instructions

pictures: $(READY) ## Draw docs/pictures anew from real runs (needs Chromium and .ci/install-runtimes)
	$(BIN)/python -m docs.pictures.make

reliability: $(READY) ## Run the fault matrix and write docs/reliability.md
	WRITE_RELIABILITY=1 $(BIN)/python -m pytest -q tests/faults

trials: $(READY) ## Run the seeded trials: 1,000 launches, 500 times pages and proxies, 500 signals (some minutes)
	$(BIN)/python -m tests.trials

clean: ## Remove what was made here
	rm -rf $(VENV) $(BENCH) .demo dist build .*_cache .coverage* .hypothesis
