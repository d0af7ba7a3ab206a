"""Our own studio as a collection: seeds -> rendered clips, each with a description of its truth.

A clip and its facts are stored in `audios/` (`<seed>.wav`, `<seed>.json`), so that a second pass
renders nothing. Does not compose; `mullama.studio` does.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file, told_as, write_text
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source_options import SourceOptions

if TYPE_CHECKING:
    from mullama.studio.clips import Studio
    from mullama.studio.sound.mixing import Clip
    from mullama.studio.truth import Truth


class StudioSource:
    """The first clips of a purpose; the id is the seed."""

    name: ClassVar[str] = "studio"
    licence: ClassVar[str] = "Apache-2.0"

    def __init__(self, path: Path, options: SourceOptions) -> None:
        from mullama.studio.clips import seeds_for

        self.options = options
        self.folder = path / "audios"
        self.seeds = seeds_for(options.purpose, options.clips)
        with told_as(self.folder, UsageError):
            self.folder.mkdir(parents=True, exist_ok=True)

    def descriptions(self, tally: Tally) -> Iterator[Description]:
        """Clips in the order of their seeds, rendered as they are asked for."""
        from mullama.studio.clips import Studio
        from mullama.studio.words.describe import long_caption

        with Studio(seconds=self.options.seconds) as studio:
            for seed in self.seeds:
                truth = self._find(seed) or self._render(studio, seed)
                audio = self.folder / f"{seed}.wav"
                yield Description(
                    self.name,
                    str(seed),
                    long_caption(truth),
                    "caption",
                    audio if audio.is_file() else None,
                    self.licence,
                    truth.as_dict(),
                )

    def _find(self, seed: int) -> "Truth | None":
        """The truth of a clip that is there already, at the same length."""
        from mullama.studio.truth import Truth

        if self.options.wav and not (self.folder / f"{seed}.wav").is_file():
            return None
        with suppress(OSError, ValueError, KeyError, TypeError, UsageError):
            facts = json.loads((self.folder / f"{seed}.json").read_text(encoding="utf-8"))
            if facts["seconds"] == self.options.seconds:
                return Truth.from_dict(facts["truth"])
        return None

    def _render(self, studio: "Studio", seed: int) -> "Truth":
        clip = studio.clip(seed)
        facts = {"seconds": self.options.seconds, "truth": clip.truth.as_dict()}
        facts_file, wav = (self.folder / f"{seed}.{ending}" for ending in ("json", "wav"))
        # The facts go last: where they are, the audio that they speak of is whole.
        facts_file.unlink(missing_ok=True)
        if self.options.wav:
            _write_wav(wav, clip)
        else:
            wav.unlink(missing_ok=True)
        write_text(facts_file, json.dumps(facts))
        return clip.truth


def _write_wav(path: Path, clip: "Clip") -> None:
    import soundfile

    with atomic_file(path) as part:
        soundfile.write(part, clip.waveform, clip.rate, subtype="PCM_16", format="WAV")
