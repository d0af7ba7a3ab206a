"""Where beets looks for the plug-in of this name: `plugins: mullama` in its configuration."""

from mullama.plugins.beets import TaggingPlugin


class MuLlamaPlugin(TaggingPlugin):
    """beets takes classes of this module alone."""
