"""What a visitor, a contributor and a package index meet: valid, in step with each other, least permissions."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

import mullama
from deploy.deployed import lint
from paths import DOCS, ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text()) for path in (GITHUB / "workflows").iterdir()
}
JOBS = {
    f"{name}.{job}": about
    for name, workflow in WORKFLOWS.items()
    for job, about in workflow["jobs"].items()
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
SCHEMAS = {
    "vendor.github-workflows": ".github/workflows/*.yml",
    "custom.github-workflows-require-timeout": ".github/workflows/*.yml",
    "vendor.dependabot": ".github/dependabot.yml",
    "vendor.github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "vendor.github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.citation-file-format": "CITATION.cff",
}


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = job.get("steps", [])
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_finds_nothing(schema: str) -> None:
    files = sorted(ROOT.glob(SCHEMAS[schema]))
    assert files
    lint("check-jsonschema", "pip install check-jsonschema", "--builtin-schema", schema, *files)


def test_a_linter_finds_nothing() -> None:
    """The line length is ours; `on` is a key of workflows, not a truth value."""
    rules = "{extends: default, rules: {line-length: {max: 120}, truthy: {check-keys: false},"
    rules += " document-start: disable, comments: {min-spaces-from-content: 1}, braces: disable}}"
    files = [*GITHUB.rglob("*.yml"), ROOT / ".pre-commit-config.yaml", ROOT / "CITATION.cff"]
    lint("yamllint", "pip install yamllint", "--strict", "-d", rules, *files)


def test_actions_are_pinned_to_what_was_looked_at() -> None:
    used = [step["uses"] for job in JOBS.values() for step in steps(job) if "uses" in step]
    used += [job["uses"] for job in JOBS.values() if "uses" in job]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}|\./[\w./-]+\.yml", action), action
    text = "".join(path.read_text() for path in (GITHUB / "workflows").iterdir())
    for line in re.findall(r"uses: \w.*", text):
        assert re.search(r" # v\d+\.\d+\.\d+$", line), f"{line}: say which version that is"


def test_workflows_may_do_the_least_that_they_need() -> None:
    assert WORKFLOWS["check"]["permissions"] == {"contents": "read"}
    assert WORKFLOWS["release"]["permissions"] == {}
    more = {
        name: job["permissions"]
        for name, job in JOBS.items()
        if job.get("permissions", {}) not in ({}, {"contents": "read"})
    }
    assert more == {
        "release.publish": {"id-token": "write"},
        "release.notes": {"contents": "write"},
    }
    assert JOBS["release.publish"]["environment"]["name"] == "pypi"
    assert not [step for step in steps(JOBS["release.publish"]) if "run" in step]
    for name, job in JOBS.items():
        for step in steps(job):
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, name
            assert "${{" not in step.get("run", ""), f"{name}: an expression becomes shell"


def test_a_release_comes_after_every_check() -> None:
    assert JOBS["release.check"]["uses"] == "./.github/workflows/check.yml"
    assert JOBS["release.publish"]["needs"] == "check"
    assert "workflow_call" in WORKFLOWS["check"][True]


def test_what_is_run_is_there() -> None:
    """make's goals, and .ci/run's words."""
    runs = [step["run"] for job in JOBS.values() for step in steps(job) if "run" in step]
    goals = {goal for run in runs for goal in re.findall(r"^make (\w+)$", run, re.MULTILINE)}
    assert {"lint", "wheel", "docs"} <= goals
    assert goals <= set(re.findall(r"^(\w+):", MAKEFILE, re.MULTILINE))
    matrix = JOBS["check.tests"]["strategy"]["matrix"]
    words = {*matrix["releases"], *(row["releases"] for row in matrix["include"])}
    assert words == {"locked", "newest", "oldest"}
    accepted = re.findall(r"^  (\w+)\) ", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert words <= set(accepted)


def test_pythons_are_those_that_are_tested() -> None:
    pythons = JOBS["check.tests"]["strategy"]["matrix"]["python"]
    named = [line.rpartition(" :: ")[2] for line in PROJECT["classifiers"]]
    assert [name for name in named if re.fullmatch(r"3\.\d+", name)] == pythons
    assert all(SpecifierSet(PROJECT["requires-python"]).contains(version) for version in pythons)
    lowest = SpecifierSet(PROJECT["requires-python"]).contains("3.10")
    assert not lowest, "an older one is allowed and not tested"


def test_pre_commit_does_what_make_lint_does() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local", "nothing is fetched"
    entries = [hook["entry"] for hook in repository["hooks"]]
    here = [entry.replace(" --force-exclude", "") for entry in entries]
    recipe = MAKEFILE.partition("\nlint:")[2].partition("\n\n")[0]
    asked = re.findall(r"\$\(BIN\)/(.*)", recipe)
    assert [f".venv/bin/{command}".removesuffix(" .") for command in asked] == here


def test_the_citation_is_of_this_version() -> None:
    assert CITATION["version"] == mullama.__version__ == PROJECT["version"]
    (released,) = re.findall(
        rf"^## {re.escape(mullama.__version__)} - (\S+)$",
        (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE,
    )  # fmt: skip
    assert CITATION["date-released"] == released
    assert CITATION["license"] == PROJECT["license"]
    (paper,) = CITATION["references"]
    assert "2308.11276" in paper["url"]


def test_links_of_the_project_files_lead_somewhere() -> None:
    for name in ("SECURITY.md", "CODE_OF_CONDUCT.md", "examples/plugin/README.md"):
        path = ROOT / name
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text()):
            file, _, anchor = target.partition("#")
            found = (path.parent / file).resolve()
            assert found.exists(), f"{name}: {target}"
            heads = re.findall(r"^#+ (.*)$", found.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
            assert not anchor or anchor in slugs, f"{name}: {target}"


def test_every_extra_is_in_the_table() -> None:
    """With what it asks for; `python docs/make_extras.py` writes it."""
    text = (DOCS / "install.md").read_text()
    table = text.partition("<!-- extras: begin -->")[2].partition("<!-- extras: end -->")[0]
    rows = [[cell.strip() for cell in line.split(" | ")] for line in table.splitlines()]
    told = {row[0].strip("|` "): row for row in rows if len(row) == 5}
    extras: dict[str, list[str]] = PROJECT["optional-dependencies"]
    assert set(extras) <= set(told), "python docs/make_extras.py"
    for extra, lines in extras.items():
        assert told[extra][2] == ", ".join(re.split("[><=;]", line)[0] for line in lines)
        assert re.match(r"\d+ \| [\d,]+ |not measured", " | ".join(told[extra][3:])), extra


def test_every_group_of_entry_points_is_in_the_guide() -> None:
    groups: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        groups |= set(re.findall(r'^    entry_points="([\w.]+)"', path.read_text(), re.MULTILINE))
    guide = (DOCS / "plugins.md").read_text()
    assert set(re.findall(r"^\| `(mullama\.\w+)`", guide, re.MULTILINE)) == groups
    named = re.findall(r"\| `(src/[\w/]+\.py)` \|$", guide, re.MULTILINE)
    assert len(named) == len(groups)
    assert all(Path(ROOT / path).is_file() for path in named)
