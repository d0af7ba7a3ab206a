"""Whatever holds an encoder, a whole model included, becomes the encoder of a model that is made."""

from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.store import find_encoder
from mullama.checkpoints.tensor_file import TensorFile
from mullama.checkpoints.weight_files import weight_files


def read_any_encoder(name: str) -> EncoderSource:
    """The encoder of a model by its name or folder, a bare encoder's, or ImageBind's file.

    Raises CheckpointError.
    """
    found = find_encoder(name)
    stored = found.tensors()
    state = {key: stored[key] for key in found.shapes() if key in stored}
    paths = [found.path] if found.path.is_file() else weight_files(found.path)
    return EncoderSource(found.config, state, [TensorFile(path) for path in paths])
