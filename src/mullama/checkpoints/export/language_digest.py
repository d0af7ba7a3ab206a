"""Which language model a folder holds, by its tensors: how an export and a listener know each other.

The export's name on a server ends with it. A folder that holds an adapter alone names its base's digests,
so that nothing of the base is read for it.
"""

from mullama.checkpoints.base import PREFIX, read_base_record, tensor_digest
from mullama.checkpoints.model_folder import ModelFolder
from mullama.jobs.digest import stable_digest

NAME_CHARACTERS = 16
SERVED = "no-audio"
"""What a base's name on a server begins with; asked for by nobody, since every request names a song or
`no-song`."""
RELEASE_BYTES = 2**28
"""Files are unmapped whenever this much has been read of them."""


def language_digest(folder: ModelFolder) -> str:
    """The digest of all tensors of the language model, LoRA apart, whatever they are run in.

    Reads all of them that no record names. Raises CheckpointError.
    """
    digests = _of_base(folder)
    source, unreleased = folder.open(), 0
    for name in sorted(folder.tensors):
        if name.startswith(PREFIX) and name not in digests:
            digests[name] = tensor_digest(source.plan[name].make())
            unreleased += source.plan[name].bytes
            if unreleased >= RELEASE_BYTES:
                unreleased = 0
                source.release()
    return stable_digest(digests)


def served_name(digest: str) -> str:
    """What the export of that language model is called on a server."""
    return f"{SERVED}-{digest[:NAME_CHARACTERS]}"


def _of_base(folder: ModelFolder) -> dict[str, str]:
    """What the record of a base says of the tensors that are taken from it."""
    record = read_base_record(folder.path)
    if record is None or folder.base is None:
        return {}
    named = {f"{PREFIX}{name}": digest for name, digest in record.tensors.items()}
    return {name: named[name] for name in folder.base.plan}
