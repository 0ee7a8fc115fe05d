"""Named points at which a test stops the process dead, to prove that nothing depends on luck.

`KILL_AT=relay.after_send:3` kills the process (SIGKILL) the third time it passes `relay.after_send`;
`…:3:stop` stops it (SIGSTOP) instead. Without the variable a point is one comparison.
"""

import os
import signal

_SPEC = os.environ.get("KILL_AT", "")
_name, _, _rest = _SPEC.partition(":")
_count, _, _action = _rest.partition(":")
_left = int(_count or 1) if _SPEC else 0


def kill_point(name: str) -> None:
    """Pass the point `name`; the process ends here if KILL_AT says so."""
    global _left  # noqa: PLW0603  # the count is the process's, as the kill is
    if name != _name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGSTOP if _action == "stop" else signal.SIGKILL)
