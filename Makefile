# The same commands on every machine. `make help` lists them.
# TensorFlow comes for Python 3.11 to 3.13: the first of these that starts and is one of them is taken.
IS_SUITABLE := 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11,\
  $(shell $(python) -c $(IS_SUITABLE) 2>/dev/null && echo $(python))))
ADDRESS ?= 127.0.0.1
PORT ?= 8501
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
# uv takes a third of pip's time; where it finds no packages (it does not read pip's settings), pip does.
UV := $(PIP) --retries 1 "uv>=0.8,<1" && $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-load trained clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/installed  ## serve the lab on http://127.0.0.1:8501 (ADDRESS=0.0.0.0 for a classroom)
	@$(BIN)/python -m app.server.free_port $(ADDRESS) $(PORT)
	$(BIN)/python -m streamlit run app/main.py --server.address $(ADDRESS) --server.port $(PORT)

test: .venv/installed-dev  ## run every test, browser tests included
	$(BIN)/python -m tests.support.browser.chromium
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

check: .venv/installed-dev  ## lint, format, types and known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint app
	$(BIN)/python -m tests.audit

bench: .venv/installed-dev  ## measure speed, accuracy and memory; prints the figures of tests/bench/README.md
	$(BIN)/python -m models bench
	$(BIN)/python -m tests.support.browser.chromium
	$(BIN)/python -m tests.bench.drawn_digits
	$(BIN)/python -m tests.bench.browser
	$(BIN)/python -m tests.bench.first_visit
	$(BIN)/python -m tests.bench.commands
	$(BIN)/python -m tests.bench.instrument
	$(BIN)/python -m tests.bench.data_page
	$(BIN)/python -m tests.bench.typing
	$(BIN)/python -m tests.bench.reviews
	$(BIN)/python -m tests.bench.nearest
	$(BIN)/python -m tests.bench.analysis
	$(BIN)/python -m tests.bench.race
	$(BIN)/python -m tests.bench.prediction
	$(BIN)/python -m tests.bench.bundles
	$(BIN)/python -m tests.bench.comparison

bench-load: .venv/installed-dev  ## measure a class, a cluster, commands and faults (MINUTES=30 for the long one)
	$(BIN)/python -m tests.bench.load --minutes $(or $(MINUTES),2)
	$(BIN)/python -m tests.bench.cluster
	$(BIN)/python -m tests.bench.commands
	$(BIN)/python -m pytest -q -s -m soak tests/models/jobs/test_faults.py

trained: .venv/installed  ## train in advance the networks that ship with the lab
	$(BIN)/python -m models.trained.ship

clean:  ## remove the environment and caches (runs and downloads stay where they are)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements.txt
	@# Where Debian lacks python3-venv, making one ends with a .venv that has no pip.
	@{ $(BIN)/python -c $(IS_SUITABLE) && $(BIN)/python -m pip --version; } >/dev/null 2>&1 || { \
	  python="$(PYTHON)"; \
	  $$python -c $(IS_SUITABLE) 2>/dev/null || { \
	    echo "Python 3.11, 3.12, 3.13 중 하나가 필요합니다. 설치하거나 make PYTHON=/path/to/python3.13처럼 알려 주세요. /" \
	      "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it: make PYTHON=/path/to/python3.13"; exit 1; }; \
	  echo "making .venv with $$python"; $$python -m venv --clear .venv; }
	@echo "installing requirements.txt"
	@$(UV) -r requirements.txt || $(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements-cluster.txt .venv/installed
	@echo "installing requirements-dev.txt"
	@$(UV) -r requirements-dev.txt || $(PIP) -r requirements-dev.txt
	@touch $@
