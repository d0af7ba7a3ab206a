"""Where the files lie that tests read."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
EXAMPLES = ROOT / "examples"
RECIPES = ROOT / "recipes"
DOCS = ROOT / "docs"
GOLDEN = TESTS / "golden"
