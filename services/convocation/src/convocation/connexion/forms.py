"""Where somebody goes after signing in."""


def local(url: str) -> str:
    """A page of ours: an address with a host would lead away."""
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else "/"
