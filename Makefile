# The verbs of this project. `make serve` and `make test` need only Python, make and pip.
PYTHON ?= python3
PIP_FLAGS ?=
DATA ?= artifacts/data
REJECTS ?=
MAP ?=
SEED ?= 7
SCALE ?= 1
BIN := .venv/bin
# What is never imported need not be compiled: of the libraries, that is most.
INSTALL = $(BIN)/pip install --quiet --no-compile --disable-pip-version-check \
  --config-settings editable_mode=compat $(PIP_FLAGS)
# Memory in large pages, where the C library knows how: a request looks at much of it.
export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1

.PHONY: docs notebooks lock serve test coverage cluster-test test-nojit test-bounds lint fuzz api-test evaluate simulate bench crash-test soak data train clean

serve: train
	@FORYOU_DATA_DIR="$(DATA)" $(BIN)/foryou serve

train: .venv/.installed
	@if [ "$(DATA)" = artifacts/data ] && [ ! -e artifacts/data/users.parquet ]; then \
	  echo "make: planting a synthetic world in artifacts/data"; \
	  $(BIN)/python -m datagen --out artifacts/data --seed $(SEED) --scale $(SCALE); fi
	@$(BIN)/foryou train --data "$(DATA)" --if-needed \
	  $(if $(REJECTS),--rejects "$(REJECTS)") $(if $(MAP),--map "$(MAP)")

data: .venv/.installed
	$(BIN)/python -m datagen --out artifacts/data --seed $(SEED) --scale $(SCALE)

evaluate: train .venv/.evaluating
	@$(BIN)/foryou evaluate --data "$(DATA)"

simulate: train .venv/.evaluating
	@$(BIN)/foryou simulate --data "$(DATA)"

bench: train
	@$(BIN)/python -m evaluation.loadtest bench

crash-test: train
	@FORYOU_DATA_DIR="$(DATA)" $(BIN)/python -m evaluation.loadtest crash

MINUTES ?= 30
cluster-test: train .venv/.developing
	@FORYOU_DATA_DIR="$(DATA)" $(BIN)/python -m evaluation.loadtest cluster --minutes $(MINUTES)

soak: train
	@FORYOU_DATA_DIR="$(DATA)" $(BIN)/python -m evaluation.loadtest soak

# As many as a small machine has cores: each loads its own models and compiled kernels.
PARALLEL ?= --numprocesses 2 --dist loadscope --no-loadscope-reorder
test: .venv/.developing
	$(BIN)/pytest $(PARALLEL)

coverage: .venv/.developing
	$(BIN)/pytest $(PARALLEL) --cov --cov-report=term:skip-covered --cov-fail-under=90

# The same promises by plain Python, and by kernels that check every index.
PROMISES := tests/laws tests/contracts tests/story
test-nojit: .venv/.developing
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest $(PARALLEL) $(PROMISES)

test-bounds: .venv/.developing
	NUMBA_BOUNDSCHECK=1 $(BIN)/pytest $(PARALLEL) $(PROMISES)

REQUESTS ?= 100000
fuzz: .venv/.developing
	@$(BIN)/python -m tests.fuzz --requests $(REQUESTS) --seed $(SEED)

SECONDS ?= 600
api-test: .venv/.fuzzing
	@$(BIN)/python -m tests.fuzz.api --seconds $(SECONDS) --seed $(SEED)

lint: .venv/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app ml datagen evaluation tests

docs: .venv/.documenting
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -f .mkdocs.yml
	@echo "make: the site is in build/site"

notebooks: .venv/.notebooks
	$(BIN)/jupyter execute docs/notebooks/*.ipynb

# What developers and CI have, version by version; the extras that `make test` and `make docs` need.
lock: .venv/.developing .venv/.notebooks
	@$(BIN)/python deploy/lock.py > deploy/requirements-dev.lock
	@echo "make: deploy/requirements-dev.lock"

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .kernels

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml | .venv/bin/python
	@echo "make: installing what is needed"
	@$(INSTALL) -e .
	@touch $@

.venv/.evaluating: pyproject.toml | .venv/bin/python
	@$(INSTALL) -e '.[evaluation]'
	@touch $@ .venv/.installed

.venv/.developing: pyproject.toml | .venv/bin/python
	@echo "make: installing what tests need"
	@$(INSTALL) -e '.[test,lint,evaluation,browser,docs]'
	@touch $@ .venv/.installed

.venv/.documenting: pyproject.toml | .venv/bin/python
	@$(INSTALL) -e '.[docs]'
	@touch $@ .venv/.installed

.venv/.notebooks: pyproject.toml | .venv/bin/python
	@$(INSTALL) -e '.[notebooks,evaluation]'
	@touch $@ .venv/.installed

.venv/.fuzzing: pyproject.toml | .venv/bin/python
	@$(INSTALL) -e '.[test,fuzz]'
	@touch $@ .venv/.installed
