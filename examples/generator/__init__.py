"""Writes the three example studies: `python -m examples.generator` from the repository's root."""
