# Every command sets up on first use, then runs the `course` command of the same name.
# Options go in ARGS:  make test ARGS="-k sandbox"  make lab ARGS=--no-browser
PYTHON ?= python3

.PHONY: help lab test build check grade mutants clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /    make \1\t/p' $(MAKEFILE_LIST)

lab: ## open the course in JupyterLab, on your own copies in work/
test: ## run every test
build: ## rebuild notebooks/ from solutions/
check: ## grade your own notebooks in work/ and show progress by lesson
grade: ## for instructors: grade what is handed in (see grading/README.md)
mutants: ## bend the solutions in every way, try every seed, and see that checks notice
clean: ## remove what set-up and tests made; work/ and grading/course/ stay

lab test build check grade mutants clean:
	@command -v $(PYTHON) >/dev/null || \
	    { echo "No $(PYTHON) here: install Python 3.11, 3.12 or 3.13"; exit 1; }
	@$(PYTHON) set_up.py $@ $(ARGS)
