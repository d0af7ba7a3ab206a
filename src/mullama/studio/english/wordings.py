"""All patterns of a kind of question, whichever table they stand in."""

from mullama.studio.english.everyday_facts import EVERYDAY_FACTS
from mullama.studio.english.everyday_open import EVERYDAY_OPEN, EVERYDAY_SUBJECTS
from mullama.studio.english.open_questions import OPEN_QUESTIONS, SUBJECTS
from mullama.studio.english.questions import FACT_QUESTIONS

_TABLES = (FACT_QUESTIONS, OPEN_QUESTIONS, EVERYDAY_FACTS, EVERYDAY_OPEN)


def patterns_for(kind: str) -> tuple[str, ...]:
    """All patterns of a kind of question. Raises KeyError for a kind that there is not."""
    found = tuple(pattern for table in _TABLES for pattern in table.get(kind, ()))
    if not found:
        raise KeyError(f"no kind of question is called {kind!r}")
    return found


def patterns_of_subject(name: str) -> tuple[str, ...]:
    """All patterns of questions after a thing that sound does not tell."""
    return SUBJECTS[name][2] + EVERYDAY_SUBJECTS.get(name, ())
