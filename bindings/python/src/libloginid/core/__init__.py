"""Where programs written for the official package look for its exception."""

from .errors import LoginIDError

__all__ = ["LoginIDError"]
