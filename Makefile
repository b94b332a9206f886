# Two doors: `make run` and `make test`. Everything else serves them.
PYTHON ?= python3
BIN := .venv/bin
export LANTIAN_HOME ?= $(CURDIR)/.lantian
COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --only-binary :all:

.PHONY: run test check fix bench scale soak lock

run: .venv/.ready                     ## PostgreSQL, demo data, server and worker; Ctrl-C stops all
	@$(BIN)/lantian demo

test: .venv/.ready check              ## everything CI runs
	@$(BIN)/python -m tests

check: .venv/.ready                   ## lint, import contracts, types
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

fix: .venv/.ready
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

bench: .venv-scale/.ready             ## measured claims, each beside its peer
	@.venv-scale/bin/python -m benchmarks --full

scale: .venv-scale/.ready             ## the optional engines: both runners, compiled loops, nothing skipped
	@LANTIAN_REQUIRE=scale .venv-scale/bin/python -m pytest -q tests/detect/test_scale.py tests/detect/test_fast.py

soak: .venv/.ready                    ## long-running proofs, not in CI
	@LANTIAN_SOAK=1 $(BIN)/python -m pytest -q -m soak

lock: .venv/.ready                    ## refresh the hash-pinned locks; they hold no addresses
	$(COMPILE) pyproject.toml --extra dev -o requirements.lock
	$(COMPILE) pyproject.toml --extra dev --extra fast --extra scale --extra peers -c requirements.lock -o requirements-scale.lock
	echo uv | $(COMPILE) - -o requirements-uv.lock

.venv/.ready: pyproject.toml requirements.lock requirements-uv.lock
	@echo "Preparing .venv (first time: about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "python3 needs its venv module: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-uv.lock
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@touch $@

.venv-scale/.ready: .venv/.ready requirements-scale.lock
	@echo "Preparing .venv-scale with the optional engines and peers (about 2 GB) …"
	@test -x .venv-scale/bin/python || $(PYTHON) -m venv .venv-scale
	@$(BIN)/uv pip sync -q --python .venv-scale/bin/python --require-hashes requirements-scale.lock
	@$(BIN)/uv pip install -q --python .venv-scale/bin/python --no-deps --no-build-isolation --offline -e .
	@touch $@
