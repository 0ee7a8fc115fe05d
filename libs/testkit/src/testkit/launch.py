"""Runs between fork and exec of a child: asks the kernel to end the child when its parent dies, SIGKILL included.
A script of its own, because Python's preexec_fn may deadlock in a process with threads.

    python -I -S launch.py PARENT_PID SIGNAL UID:GID COMMAND...
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAPABILITIES_V3 = 0x20080522
LINUX = sys.platform == "linux"


def become(uid: int, gid: int, libc: ctypes.CDLL) -> None:
    """Root turns into another user, but still enters its own folders: /root and 0700 temporary ones."""
    if LINUX:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # Else access(2), with which PostgreSQL looks for its own programs, ignores capabilities.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if LINUX:
        mask = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0)
        sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable
        libc.capset(header, sets)
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(parent: str, number: str, owner: str, *command: str) -> None:
    uid, gid = (int(part) for part in owner.split(":"))
    libc = ctypes.CDLL(None)
    if uid != os.geteuid():
        become(uid, gid, libc)  # before the wish below: a change of user clears it
    if LINUX:
        libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != int(parent):  # the parent died first
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
