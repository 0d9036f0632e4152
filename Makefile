# What each target does stands behind it; `make` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/demo.idx
# Two test processes on two processors; a busy machine takes what it has.
WORKERS ?= auto

.PHONY: help demo serve test test-all soak test-opensearch test-opensearch-all test-whoosh fuzz lint bench bench-large eval clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# The environment, made once and again when the dependencies change.
$(VENV)/ready: pyproject.toml $(wildcard indexer/index/native/*)
	@$(PYTHON) -c 'import sys; sys.exit("Quiver needs Python 3.11 or newer: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready ## index the corpus, then search it, with a filter and by author; an export read back
	$(BIN)/quiver build corpus/papers.jsonl --index $(DEMO)
	$(BIN)/quiver search "implicit regularization" --index $(DEMO)
	$(BIN)/quiver search "learning theory" --venue NeurIPS --year 2018.. --limit 3 --facets --index $(DEMO)
	$(BIN)/quiver author "Weinan E" --index $(DEMO)
	$(BIN)/quiver author "Weinan E" --index $(DEMO) --format bibtex > $(VENV)/demo.bib
	$(BIN)/quiver check $(VENV)/demo.bib

serve: $(VENV)/ready ## index the corpus and open its pages in a browser
	@test -d $(DEMO) || $(BIN)/quiver build corpus/papers.jsonl --index $(DEMO)
	$(BIN)/quiver serve --index $(DEMO) --open

test: $(VENV)/ready ## the tests, in a few minutes
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

test-all: $(VENV)/ready ## the tests, the long ones too, then all of them without the C extensions
	$(BIN)/python -m pytest -n $(WORKERS)
	QUIVER_KERNEL=python $(BIN)/python -m pytest -n $(WORKERS)

test-opensearch: $(VENV)/ready ## an index in a cluster: starts three nodes (Maven, JDK 21 or newer) and stops them
	QUIVER_OPENSEARCH=1 QUIVER_OPENSEARCH_NODES=3 $(BIN)/python -m pytest tests/opensearch tests/conformance -k opensearch -m "not slow"

test-opensearch-all: $(VENV)/ready ## the same, with nodes that die and disks that fill up
	QUIVER_OPENSEARCH=1 QUIVER_OPENSEARCH_NODES=3 $(BIN)/python -m pytest tests/opensearch tests/conformance -k opensearch

test-whoosh: $(VENV)/ready ## Whoosh's own tests, with its codec and with ours
	$(BIN)/python tests/whoosh_suite.py

fuzz: $(VENV)/ready ## every reader on thousands of damaged files, in ten minutes
	QUIVER_FUZZ=4000 $(BIN)/python -m pytest -n $(WORKERS) tests/readers/test_fuzz.py

soak: $(VENV)/ready ## forged files over C extensions that watch every access to memory, in a few minutes
	$(BIN)/python -m tests.soak

lint: $(VENV)/ready ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bench: $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	-$(BIN)/pip install --quiet --disable-pip-version-check xapian-bindings-binary
	@touch $@

bench: $(VENV)/bench ## compare with other engines over 80,000 papers, in ten minutes
	$(BIN)/python -m benchmarks.compare --papers 80k
	$(BIN)/python -m benchmarks.report

bench-large: $(VENV)/bench ## growth to 800,000 papers, in half an hour
	$(BIN)/python -m benchmarks.compare --papers 10k,300k,800k
	$(BIN)/python -m benchmarks.report

eval: $(VENV)/ready ## measure the ranking: judged collections, known items; writes the table of the README
	$(BIN)/python -m benchmarks.ranking --readme README.md

clean: ## remove the environment and what tools left
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
