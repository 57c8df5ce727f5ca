# `make test` and `make demo` do all set-up themselves; PYTHON names the interpreter to start from.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: environment test test-all demo try-hub lint types bench clean

environment: $(READY)

# Two processes of one thread each, a file of tests in one of them.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadfile

test: lint types
	$(PYTEST) -m "not slow"

test-all: lint types
	$(PYTEST)

# DEMO holds options for it: make demo DEMO='--seed 2'.
demo: $(READY)
	$(BIN)/crossglot demo $(DEMO)

# Serves two real encoders and treebanks on this machine, so that README's first lines can be followed without the internet.
try-hub: $(READY)
	$(BIN)/python tests/try_hub.py

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m benchmarks

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
