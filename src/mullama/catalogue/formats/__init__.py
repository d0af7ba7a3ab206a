"""How caption records are written for those who train on them: one file a format, rows of `FORMATS`."""

from mullama.catalogue.formats.caption_format import CaptionFormat
from mullama.registry import Registry

DEFAULT_FORMAT = "jsonl"

FORMATS = Registry[CaptionFormat](
    "caption format",
    {
        "jsonl": "mullama.catalogue.formats.jsonl:write_jsonl",
    },
    entry_points="mullama.caption_formats",
)
