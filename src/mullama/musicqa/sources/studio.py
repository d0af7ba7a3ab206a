"""Our own studio as a collection: seeds -> rendered clips, each with a description of its truth.

A clip and its facts are kept in `audios/` (`<seed>.wav`, `<seed>.json`), so that a second pass
renders nothing. Does not compose; `mullama.studio` does.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source_options import SourceOptions
from mullama.musicqa.whole import atomic_file

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

        if not 0 < options.seconds <= 600:
            raise UsageError(f"the studio makes clips of up to 600 s, not of {options.seconds} s")
        self.options = options
        self.folder = path / "audios"
        self.seeds = seeds_for(options.purpose, options.clips)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self.folder} cannot be made: {error.strerror}") from error

    def descriptions(self, tally: Tally) -> Iterator[Description]:
        """Clips in the order of their seeds, rendered as they are asked for."""
        from mullama.studio.clips import Studio
        from mullama.studio.words.describe import long_caption

        with Studio(seconds=self.options.seconds) as studio:
            for seed in self.seeds:
                truth = self._kept(seed) or self._rendered(studio, seed)
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

    def _kept(self, seed: int) -> "Truth | None":
        """The truth of a clip that is there already, at the same length."""
        from mullama.studio.truth import Truth

        if self.options.render and not (self.folder / f"{seed}.wav").is_file():
            return None
        with suppress(OSError, ValueError, KeyError, TypeError, UsageError):
            facts = json.loads((self.folder / f"{seed}.json").read_text(encoding="utf-8"))
            if facts["seconds"] == self.options.seconds:
                return Truth.from_dict(facts["truth"])
        return None

    def _rendered(self, studio: "Studio", seed: int) -> "Truth":
        clip = studio.clip(seed)
        facts = {"seconds": self.options.seconds, "truth": clip.truth.as_dict()}
        facts_file, wav = (self.folder / f"{seed}.{ending}" for ending in ("json", "wav"))
        # The facts go last: where they are, the sound that they speak of is whole.
        facts_file.unlink(missing_ok=True)
        if self.options.render:
            _write_wav(wav, clip)
        else:
            wav.unlink(missing_ok=True)
        with atomic_file(facts_file) as part:
            part.write_text(json.dumps(facts), encoding="utf-8")
        return clip.truth


def _write_wav(path: Path, clip: "Clip") -> None:
    import soundfile

    with atomic_file(path) as part:
        soundfile.write(part, clip.waveform, clip.rate, subtype="PCM_16", format="WAV")
