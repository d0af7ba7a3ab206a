"""Files of the same content under several names: one track, and in one part of the split alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mullama.evaluation.probe.tags import PARTS, TaggedClip


def join_same_sounds(
    clips: Sequence[TaggedClip], digests: Mapping[Path, str]
) -> tuple[list[TaggedClip], list[str]]:
    """Clips with the tracks of one sound made one, and a line for each that is left out.

    Of tracks that became one, the first part's clips stay: what a probe learned from is not measured.
    `digests` are of the files' content.
    """
    roots = _roots(clips, digests)
    homes: dict[str, TaggedClip] = {}
    for clip in sorted(clips, key=lambda clip: PARTS.index(clip.part)):
        homes.setdefault(roots[clip.track], clip)
    joined = {root for track, root in roots.items() if track != root}
    kept, left_out = [], []
    for clip in clips:
        home = homes[roots[clip.track]]
        if roots[clip.track] in joined and clip.part != home.part:
            left_out.append(
                f"{clip.name} ({clip.part}): is the same as {home.name} ({home.part}), or is of one track "
                "with one that is; left out"
            )
        else:
            kept.append(replace(clip, track=roots[clip.track]))
    return kept, left_out


def _roots(clips: Sequence[TaggedClip], digests: Mapping[Path, str]) -> dict[str, str]:
    """Track -> the first of all the tracks that share sounds with it, by themselves or by others."""
    parents = {clip.track: clip.track for clip in clips}

    def root(track: str) -> str:
        while parents[track] != track:
            track = parents[track]
        return track

    first: dict[str, str] = {}
    for clip in clips:
        one, other = root(first.setdefault(digests[clip.audio], clip.track)), root(clip.track)
        parents[other] = one
    return {track: root(track) for track in parents}
