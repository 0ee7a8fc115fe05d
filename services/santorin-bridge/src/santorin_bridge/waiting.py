"""What `imagin status` asks of this service: apart from `operations`, which takes a command a quarter of a second."""

from santorin_bridge.persistence.attente import Silence, rights, silence

__all__ = ["Silence", "rights", "silence"]
