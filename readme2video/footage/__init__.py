"""The README's moving pictures: made once into the form they are played from."""

from readme2video.footage.maker import FootageMaker

__all__ = ["FootageMaker"]
