"""Refusals of signatures."""

from convocation.commun.refus import Refus


class ImageRefusee(Refus):
    """D41: `phrase` says which rule the image breaks."""

    slug = "image-refusee"
    champ = "image"

    def __init__(self, phrase: str) -> None:
        super().__init__()
        self.phrase = phrase
