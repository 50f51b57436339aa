"""Where objects and files lie: a local directory."""

from storage.local import LocalStore

__all__ = ["LocalStore"]
