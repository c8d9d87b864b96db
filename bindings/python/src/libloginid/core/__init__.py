"""The module from which programs for the official package import the exception."""

from .errors import LoginIDError

__all__ = ["LoginIDError"]
