# make figures | test | test-all | slow | check | bench    each sets up its own environment first
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest
# Extra arguments for pytest, as in: make test ARGS="-k negativity"
ARGS   ?=

.PHONY: figures test test-all coverage slow check bench format docs clean

figures: $(READY)
	$(BIN)/quantsync reproduce --out figures

# The library: some three minutes on two cores.
test: $(READY)
	$(PYTEST) -n auto -m "not slow and not papers and not stores and not clusters and not notebooks and not browsers" $(ARGS)

# The library, and all that papers claim, stores survive, clusters do, notebooks show and browsers draw.
test-all: $(READY)
	$(PYTEST) -n auto $(ARGS)

# The same as `make test`, with a report of the lines that no test has reached.
coverage: $(READY)
	$(MAKE) test ARGS="--cov --cov-report=term $(ARGS)"

# Kills, full disks, damaged files: a campaign of some ten minutes.
slow: $(READY)
	$(PYTEST) -m slow $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

bench: $(READY)
	$(BIN)/python benchmarks/spin_pair_tongue.py
	$(BIN)/python benchmarks/own_functions.py
	$(BIN)/python benchmarks/composite_oscillator.py
	$(BIN)/python benchmarks/random_liouvillians.py
	$(BIN)/python benchmarks/dense_or_sparse.py
	$(BIN)/python benchmarks/two_modes.py
	$(BIN)/python benchmarks/modes.py
	$(BIN)/python benchmarks/trajectories.py
	$(BIN)/python benchmarks/harmonic_network.py
	$(BIN)/python benchmarks/mean_field.py
	$(BIN)/python benchmarks/circuit.py
	$(BIN)/python benchmarks/stored_sweeps.py

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# docs/literature and docs/tongue.png are what the command writes and draws.
docs: figures
	mkdir -p docs/literature
	cd figures && tar cf - *.md */*.png | (cd ../docs/literature && tar xf -)
	cp figures/roulet2018/figure_3.png docs/tongue.png

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "quantsync needs Python 3.11 or later; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $(READY)

clean:
	rm -rf $(VENV) figures .coverage .pytest_cache .ruff_cache .hypothesis
