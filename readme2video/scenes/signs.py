"""The project's logo in a scene: small beside its name, or large above the words."""

from __future__ import annotations

from readme2video.scenes.writer import SceneWriter


def brand_mark(scene: SceneWriter) -> str:
    """What stands before the project's name: its logo, or a mark in the film's colours."""
    logo = "" if scene.request.logo is None else '<img class="logo" alt="">'
    return f'<i class="mark"></i>{logo}'


def large_logo(scene: SceneWriter) -> str:
    """The logo above the words, where there is one; what follows enters with it."""
    if scene.request.logo is None:
        return ""
    return f'<img class="logo" alt="" {scene.mark("logo", "logo", must_read=False)}>'
