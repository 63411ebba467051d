# make figures | test | slow | check | bench    each sets up its own environment first
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: figures test slow check bench format docs clean

figures: $(READY)
	$(BIN)/quantsync reproduce --out figures

test: $(READY)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto

slow: $(READY)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -m slow

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

bench: $(READY)
	$(BIN)/python benchmarks/spin_pair_tongue.py
	$(BIN)/python benchmarks/composite_oscillator.py
	$(BIN)/python benchmarks/random_liouvillians.py
	$(BIN)/python benchmarks/dense_or_sparse.py
	$(BIN)/python benchmarks/harmonic_network.py
	$(BIN)/python benchmarks/mean_field.py
	$(BIN)/python benchmarks/circuit.py
	$(BIN)/python benchmarks/stored_sweeps.py

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# docs/literature.md and docs/tongue.png are what the command prints and draws.
docs: figures
	cp figures/claims.md docs/literature.md
	cp figures/roulet2018/figure_3.png docs/tongue.png

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "quantsync needs Python 3.11 or later; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $(READY)

clean:
	rm -rf $(VENV) figures .pytest_cache .ruff_cache .hypothesis
