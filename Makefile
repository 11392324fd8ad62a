# Two commands do everything on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

.PHONY: setup demo test torture live mutants bench gallery fonts lint format lock golden clean

demo: $(READY) ## set everything up and make the film of this README, without keys
	$(BIN)/readme2video make .

test: $(READY) ## the whole suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

torture: $(READY) ## long fault campaigns
	$(BIN)/python -m pytest -m torture --timeout 3600

live: $(READY) ## a few tests against the real Claude; needs ANTHROPIC_API_KEY and costs some cents
	$(BIN)/python -m pytest -m live

mutants: $(READY) ## ten deliberate bugs around the money, each caught by a test
	$(BIN)/python tests/mutants.py

bench: $(READY) ## ratios measured side by side, as a Markdown table
	$(BIN)/python benchmarks/run.py

gallery: $(READY) fonts ## films of all fixtures in all styles and aspects on one page; ONLY="kestrel" STYLES="poster" ASPECTS="16:9" SHEETS=1
	$(BIN)/python gallery/make.py --only "$(ONLY)" --styles "$(STYLES)" --aspects "$(ASPECTS)" $(if $(SHEETS),--sheets)

fonts: ## letters for the fixture in Chinese, where Debian can give them
	@fc-list :lang=zh 2>/dev/null | grep -q . \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
			&& apt-get install -y -qq --no-install-recommends fonts-noto-cjk >/dev/null; } \
		|| echo "Without a font for Chinese (on Debian fonts-noto-cjk) zhujian cannot be drawn."

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(READY) ## renew the golden scene images; look at the difference before you commit it
	$(BIN)/python -m pytest tests/test_scenes.py --update-golden

lock: ## needs uv; writes names, versions and hashes only
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header --no-annotate -o requirements.lock

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed. Set PYTHON, as in: make demo PYTHON=python3.12"; exit 1; }
	@# Debian keeps ensurepip in a package of its own; as root we can fetch it, others are told by Python itself.
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
			&& apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null \
			&& $(PYTHON) -m venv $(VENV); } \
		|| $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
