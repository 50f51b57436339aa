# `make demo` and `make test` do all set-up on a fresh machine: Python 3.11 to 3.13, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo/fsp

.PHONY: help demo test test-fast check schema bench-trail bench-sampling bench-recruitment bench-transcripts bench-surveys bench-analysis bench-packets clean

help:
	@echo "make demo       install and run the main job on a fresh copy of the first example study"
	@echo "make test       all tests"
	@echo "make test-fast  the unit tests that take no time (about a minute)"
	@echo "make check      lint, format, types, imports"
	@echo "make bench-trail  measure the trail and print one table (15 minutes)"
	@echo "make bench-recruitment  measure reading registers at three sizes"
	@echo "make bench-transcripts  measure reading, checking and searching transcripts beside other tools (20 minutes)"
	@echo "make bench-surveys  measure checking and reading surveys beside other tools (30 minutes)"
	@echo "make bench-packets  measure making packets in their three forms (one minute)"
	@echo "make bench-analysis  measure reordering interviews and resampling coders beside plain ways (a minute)"
	@echo "make bench-sampling  measure sampling beside other ways and print its tables (15 minutes)"
	@echo "make schema     write docs/study.schema.json again"

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.installed
	@rm -rf $(DEMO)
	@$(BIN)/fieldtrail new $(DEMO) --example fsp
	@$(BIN)/fieldtrail run $(DEMO) || [ $$? -eq 1 ]

test: $(VENV)/.developing
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/.developing
	$(BIN)/pytest -m "not real and not slow" -n 2

check: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

schema: $(VENV)/.installed
	$(BIN)/python -m study.protocol.schema > docs/study.schema.json

bench-trail: $(VENV)/.developing
	$(BIN)/python -m benchmarks.trail

bench-recruitment: $(VENV)/.developing
	$(BIN)/python -m benchmarks.recruitment

bench-sampling: $(VENV)/.developing
	$(BIN)/python -m benchmarks.sampling

bench-transcripts: $(VENV)/.developing
	$(BIN)/python -m benchmarks.transcripts

bench-surveys: $(VENV)/.developing
	$(BIN)/python -m benchmarks.surveys

bench-packets: $(VENV)/.developing
	$(BIN)/python -m benchmarks.packets

bench-analysis: $(VENV)/.developing
	$(BIN)/python -m benchmarks.saturation

clean:
	rm -rf $(VENV) demo
