"""The form of a session: what is read of it does not cost the square of its people."""

from uuid import UUID

from starlette.datastructures import FormData

from convocation.preparation.forms import read_preparation

MISSION = UUID(int=1)


class Counted(FormData):
    """How often all fields are read through."""

    reads = 0

    def getlist(self, key):
        Counted.reads += 1
        return super().getlist(key)


def test_thousands_of_people_are_read_without_reading_the_whole_form_for_each():
    people = [str(number) for number in range(3_000)]
    typed = [(f"vus-{MISSION}", numero) for numero in people]
    typed += [(f"qualite-{MISSION}-{numero}", "COORDINATEUR") for numero in people[:2_000]]
    typed += [(f"qualite-{MISSION}-5", " EXPERT\u200b ")]  # the last one counts, cleaned as every text is
    found = read_preparation(Counted(typed), [MISSION]).missions[MISSION]
    assert (len(found.vus), len(found.qualites), found.qualites["5"]) == (3_000, 2_000, "EXPERT")
    assert Counted.reads < 20
