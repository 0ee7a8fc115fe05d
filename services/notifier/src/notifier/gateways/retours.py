from pathlib import Path
from typing import Any


class Retours:
    def __init__(self, folder: Path, secret: str) -> None: ...
    async def messages(self) -> Any:
        return
        yield
