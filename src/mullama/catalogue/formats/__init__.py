"""How caption records are written for those who train on them: one file a format, rows of `FORMATS`."""

from mullama.catalogue.formats.caption_format import CaptionFormat
from mullama.registry import Registry

DEFAULT_FORMAT = "jsonl"

FORMATS = Registry[CaptionFormat](
    "caption format",
    {
        "jsonl": "mullama.catalogue.formats.jsonl:write_jsonl",
        "csv": "mullama.catalogue.formats.csv:write_csv",
        "parquet": "mullama.catalogue.formats.parquet:write_parquet",
        "audiocraft": "mullama.catalogue.formats.audiocraft:write_audiocraft",
        "stable-audio-tools": "mullama.catalogue.formats.stable_audio_tools:write_stable_audio_tools",
        "ace-step": "mullama.catalogue.formats.ace_step:write_ace_step",
        "ace-step-1.5": "mullama.catalogue.formats.ace_step_1_5:write_ace_step_1_5",
        "ai-toolkit": "mullama.catalogue.formats.ai_toolkit:write_ai_toolkit",
        "audiofolder": "mullama.catalogue.formats.audiofolder:write_audiofolder",
        "webdataset": "mullama.catalogue.formats.webdataset:write_webdataset",
        "txt": "mullama.catalogue.formats.txt:write_txt",
    },
    entry_points="mullama.caption_formats",
)
