"""A wait that Ctrl-C ends."""

import threading
from typing import Callable, Optional, TypeVar

from ._cancel import Cancel

Result = TypeVar("Result")


def interruptible(wait: Callable[[Cancel], Result], cancel: Optional[Cancel]) -> Result:
    """Runs a wait so that signal handlers run meanwhile.

    Python runs them on the main thread between two instructions, and a call of
    C is one: there the wait moves to a thread of its own.
    """
    cancel = cancel or Cancel()
    if threading.current_thread() is not threading.main_thread():
        return wait(cancel)
    outcome = {}

    def run() -> None:
        try:
            outcome["result"] = wait(cancel)
        except BaseException as error:  # raised again on the main thread
            outcome["error"] = error

    thread = threading.Thread(target=run, name="loginid-wait", daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        cancel.trigger()
        thread.join()
        raise
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]
