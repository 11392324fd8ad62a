"""The paid animator: clips bought from Kie, each once, whatever happens."""

from readme2video.animators.kie.animator import KieAnimator

__all__ = ["KieAnimator"]
