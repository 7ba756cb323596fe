# Two commands do everything on a fresh machine: `make chat` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The samples live in a library of their own, so that your documents never mix with them.
SAMPLE_LIBRARY ?= .seodang/sample-library
PORT ?= 8501

.PHONY: chat test check bench format clean

chat: $(VENV)/.installed
	$(BIN)/seodang ingest examples/documents --library $(SAMPLE_LIBRARY)
	$(BIN)/seodang ui --library $(SAMPLE_LIBRARY) --port $(PORT)

test: $(VENV)/.installed-dev
	$(BIN)/pytest

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Figures of benchmarks/results; DATA holds korquad, xquad and the others (see benchmarks/README.md).
bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/run_all.py $(DATA)

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .seodang
