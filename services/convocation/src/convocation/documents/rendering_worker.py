"""Render documents in a process that yields to everybody, until its parent is gone.

Standard input: lists of documents, pickled one after the other. Standard output: for each list its files, or the name
of the error that none came of.
"""

import os
import pickle
import sys
from typing import BinaryIO

from convocation.documents.rendering import Documents

NICENESS = 10
"""A tenth of a processor that others want, all of one that is idle: a page waits for no document."""


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Returns when nobody asks any more."""
    documents = Documents()
    while True:
        try:
            wanted = pickle.load(asked)  # noqa: S301  # written by our parent
        except EOFError:
            return
        try:
            made: list[bytes] | str = [documents.render([one]) for one in wanted]
        except Exception as error:  # noqa: BLE001  # its text names people
            made = type(error).__name__
        answer = pickle.dumps(made)
        answers.write(len(answer).to_bytes(4))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
