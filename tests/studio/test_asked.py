from pathlib import Path

from mullama.studio.asked import wordings_in


def test_kinds_are_files_and_wordings_lines(tmp_path: Path) -> None:
    (tmp_path / "rhythm_section.txt").write_text("Who drums?\nIs {it} tight?\n", encoding="utf-8")
    (tmp_path / "mood.txt").write_text("Été ou hiver?\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("not asked", encoding="utf-8")
    found = {"mood": ("Été ou hiver?",), "rhythm section": ("Who drums?", "Is {it} tight?")}
    assert wordings_in(tmp_path) == found
    assert list(wordings_in(tmp_path)) == sorted(found)
