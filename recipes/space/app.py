"""A Hugging Face Space: the page of `mullama demo`, with the model that MULLAMA_MODEL names."""

import os

from mullama.cli import main

words = ["demo", "--host", "0.0.0.0", "--port", os.environ.get("GRADIO_SERVER_PORT", "7860")]
if "MULLAMA_MODEL" in os.environ:
    words += ["--model", os.environ["MULLAMA_MODEL"]]
raise SystemExit(main([*words, "--max-seconds", "900", "--max-mb", "50"]))
