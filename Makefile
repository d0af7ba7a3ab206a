# make demo   installs into .venv and answers a question about a music file
# make test   installs what the tests need and runs them all
# make quick  the tests without the slow ones;  make lint  style, types and layers

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A torch that is asked for by this range, first and alone, is the small CPU build wherever an index or
# a wheel folder offers one; TORCH= takes another (a CUDA build, say).
TORCH ?= torch>=2.6,<2.14
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq

.PHONY: demo test quick lint bench wheel clean
demo: $(VENV)/.installed
	$(BIN)/mullama ask examples/jazz.mp3 --question "Describe the audio" --question "What is the tempo?" \
	  --question "Which instruments play?" --question "Is there a piano?" --question "Who wrote it?"
	$(BIN)/mullama caption examples/*.flac --length long

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.torch: $(BIN)/python
	$(PIP) "$(TORCH)"
	touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml
	$(PIP) --editable .
	touch $@

$(VENV)/.testing: $(VENV)/.torch pyproject.toml
	$(PIP) --editable ".[test,lint]"
	touch $@ $(VENV)/.installed

test: $(VENV)/.testing lint
	$(BIN)/python -m pytest -rs

quick: $(VENV)/.testing
	$(BIN)/python -m pytest -m "not slow"

lint: $(VENV)/.testing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.testing
	$(BIN)/python benchmarks/run.py

wheel: $(VENV)/.testing
	$(PIP) build
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) build dist src/*.egg-info
