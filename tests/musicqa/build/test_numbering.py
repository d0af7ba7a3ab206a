"""Lines of a build's log come back as they were."""

from dataclasses import replace

import pytest

from clips import make_clip
from mullama.errors import UsageError
from mullama.musicqa.build.manifest import ManifestEntry
from mullama.musicqa.build.numbering import LOG_LINES, NumberedClip

ENTRY = ManifestEntry("eval", "folder", "a", "000003.wav", "ab" * 32, 1.5)
CLIP = replace(make_clip("a", "audios/000003.wav"), text="", sha256=ENTRY.sha256)


@pytest.mark.parametrize(
    "numbered",
    [
        NumberedClip(7, ENTRY, CLIP),
        NumberedClip(0, ManifestEntry("eval", "folder", "ü", failed="without audio")),
    ],
)
def test_a_line_comes_back(numbered: NumberedClip) -> None:
    line = LOG_LINES.to_line(numbered)
    assert LOG_LINES.from_line(line, "here") == numbered


@pytest.mark.parametrize("line", [b"{}", b'{"place": 0, "entry": 1}', b'{"place": 0, "entry": {}}'])
def test_other_lines_are_refused(line: bytes) -> None:
    with pytest.raises(UsageError, match=r"^here"):
        LOG_LINES.from_line(line, "here")
