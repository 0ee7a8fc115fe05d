"""What each service keeps (0060, 0061)."""

from collections.abc import Mapping

from acces.conservation import Conservation
from convocation import operations as convocation
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE
from mission_import import operations as mission_import
from notifier import operations as notifier
from santorin_bridge import operations as santorin_bridge

CONSERVATIONS: Mapping[str, Conservation] = {
    MISSION_IMPORT.name: mission_import.CONSERVATION,
    SANTORIN_BRIDGE.name: santorin_bridge.CONSERVATION,
    NOTIFIER.name: notifier.CONSERVATION,
    CONVOCATION.name: convocation.CONSERVATION,
}
"""convocation the last: where one of them fails to erase, her number is still known, and one erases again."""
