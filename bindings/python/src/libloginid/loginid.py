"""The client of a web or native application."""

from typing import Optional

from ._arguments import milliseconds, wrong_type
from ._cancel import Cancel
from ._transactions import Tokens, Transactions
from .results import Authentication


class LoginID(Transactions, Tokens):
    """A web or native application's calls.

    A browser's answer may be a ``dict`` or its JSON, which is sent unchanged.

    Args:
        client_id: as the dashboard shows it
        private_key: the API credential's PEM, if the application has one
        base_url: the service's URL; by default the public one
    """

    def authenticate_code_wait(
        self,
        username: str,
        code: str,
        code_type: str,
        timeout: Optional[float] = None,
        cancel: Optional[Cancel] = None,
    ) -> Authentication:
        """Waits until a code is authorized, which logs the user in.

        ``timeout`` is in seconds, three minutes if not given. Another thread
        ends the wait with ``cancel.trigger()``; Ctrl-C ends it too.

        The token in the answer (``jwt``) is verified, and must be of the named user. ``code``
        is secret: no message and no log shows it. ``jwt`` is secret: keep it out of logs.
        """
        self.validate_code_type(code_type)
        if cancel is None:
            cancel = Cancel()
        elif not isinstance(cancel, Cancel):
            raise wrong_type("cancel", "a Cancel", cancel)
        answer: Authentication = self._wait(
            "lid_wait_code",
            cancel,
            username=username,
            code=code,
            code_type=code_type,
            timeout=milliseconds(timeout),
        )
        return answer
