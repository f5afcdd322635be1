# The course in commands; `make help` lists them. Plain commands for Windows are in the README.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The first Python that the pinned packages run on; `make course PYTHON=/path/to/python3.12`
# chooses one.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$name && break; done)

export TF_CPP_MIN_LOG_LEVEL ?= 3
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help course test lab data flickr8k class page book book-pdf bench chapters clean

help: ## list these commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1|/' | \
		awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

$(READY): requirements.txt utils/commands/environment.py
	@if [ -z "$(PYTHON)" ]; then echo "No Python 3.11, 3.12 or 3.13 was found: install one, or say \
	make course PYTHON=/path/to/python3.12"; exit 1; fi
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m utils environment > /dev/null
	@touch $(READY)

# What only maintainers and the test suite need.
$(READY)-dev: $(READY) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(READY)-dev

course: $(READY)-book ## set up, run the chapters in order, show where the result is
	$(BIN)/python -m utils course

test: $(READY)-dev ## set up if missing, then the whole test suite, notebooks included
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m utils run-notebooks --once

lab: $(READY) ## set up if missing, open the course in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/chapters/00_start_here.ipynb

data: $(READY) ## the embedded data only
	$(BIN)/python -m utils data

flickr8k: $(READY) ## install Flickr8k and GloVe from Kaggle (ARGS="--from-zip FILE" for your own)
	$(BIN)/python -m utils install flickr8k $(ARGS)

# Any folder outside the course: `make class DEST=~/autumn ARGS="--hints first"`.
DEST ?= data/class
class: $(READY) ## what students get, and nbgrader's course (DEST=FOLDER, ARGS="--hints first")
	$(BIN)/python -m utils handout "$(DEST)" --nbgrader $(ARGS)

page: $(READY) ## the captioner as one HTML file for any browser (data/runs/page/index.html)
	$(BIN)/python -m utils page

# Sphinx, which only the book needs.
$(READY)-book: $(READY) requirements-book.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-book.txt
	@touch $(READY)-book

book: $(READY)-book ## the course as a site to read, search and print (data/runs/book/index.html)
	$(BIN)/python -m utils book $(ARGS)

book-pdf: $(READY)-book ## the course as one PDF (data/runs/book.pdf); needs Chromium
	$(BIN)/python -m utils book --pdf $(ARGS)

bench: $(READY) ## speed against the naive way, as ratios
	$(BIN)/python -m utils bench

chapters: $(READY) ## derive chapters/ from solutions/
	$(BIN)/python -m utils notebooks derive

clean: ## remove whatever can be made again (not the data installed from Kaggle)
	rm -rf $(VENV) data/scenes data/cache data/runs .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
# What killed commands have left: names that utils/support/files.py gives, and those of earlier versions.
	find . -path ./.git -prune -o -name '.course-*-*-*.*' -prune -exec rm -rf {} +
	find data -regex '.*/\.[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]\..*' -prune -exec rm -rf {} +
