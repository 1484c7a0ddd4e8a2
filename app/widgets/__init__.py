"""Components that run in the browser: each is a ``.py`` with its ``.js`` and ``.css`` beside it."""
