"""Render documents in a process that yields to everybody, until its parent is gone.

Standard input: lists of documents, pickled one after the other. Standard output: for each list its files, or the name
of the error that none came of.
"""

import asyncio
import pickle
import sys
from typing import BinaryIO

from chassis.launching import yield_to_pages
from convocation.documents.rendering import COMPILERS, Documents


async def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Returns when nobody asks any more."""
    documents = Documents(COMPILERS)
    while True:
        try:
            wanted = pickle.load(asked)  # noqa: S301  # written by our parent
        except EOFError:
            return
        made: list[bytes] | str
        try:
            made = await documents.render_each(len(wanted), wanted.__getitem__)
        except ExceptionGroup as errors:
            made = type(errors.exceptions[0]).__name__  # its text may name people
        answer = pickle.dumps(made)
        answers.write(len(answer).to_bytes(4))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    yield_to_pages()
    asyncio.run(serve(sys.stdin.buffer, sys.stdout.buffer))
