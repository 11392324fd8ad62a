"""The kinds of scenes: which words stand where. A new kind is a function here, a template and a row in the docs."""

from __future__ import annotations

from collections.abc import Callable

from readme2video.model.shot import PICTURE
from readme2video.model.vocabulary import Bullet, SceneKind
from readme2video.scenes import windows
from readme2video.scenes.icons import bullet, sign
from readme2video.scenes.qr import qr_svg
from readme2video.scenes.signs import large_logo
from readme2video.scenes.writer import SceneWriter, words


def _title(scene: SceneWriter) -> str:
    scene.zone = "side"
    logo, eyebrow = large_logo(scene), ""
    if "eyebrow" in scene.slots:
        pill = scene.panel("eyebrow.panel", joined=bool(logo))
        eyebrow = f'<div class="pill">{pill}{scene.text("eyebrow", "eyebrow", fit="label", joined=True)}</div>'
    headline = scene.text("headline", "headline", fit="hero", tag="h1", joined=bool(logo) and not eyebrow)
    return scene.fill(
        logo=logo,
        eyebrow=eyebrow,
        headline=headline,
        subline=scene.text("subline", "subline", fit="lead"),
    )


def _problem(scene: SceneWriter) -> str:
    count = scene.count("points")
    scene.split = scene.wide and count > 0
    scene.zone = "top" if count else "side"
    headline = scene.text("headline", "headline", fit="headline" if count else "statement", tag="h1")
    drawn = scene.request.roles[0] if scene.request.roles else "cross"
    kind: Bullet = drawn if drawn in ("check", "dot") else "cross"
    points = ""
    for index in range(count):
        name = f"points.{index}"
        card = scene.panel(f"{name}.panel")
        text = scene.slots[name]
        attributes = scene.mark(name, "item", must_read=True, text=text, path=name, joined=True)
        points += (
            f'<li class="card">{card}<div class="point" {attributes}>{bullet(kind)}'
            f'<p class="detail" data-fit="body">{words(text)}</p></div></li>'
        )
    return scene.fill(headline=headline, points=f'<ul class="points">{points}</ul>' if points else "")


def _features(scene: SceneWriter) -> str:
    count = scene.count("items")
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    items = ""
    for index in range(count):
        name = f"items.{index}"
        card = scene.panel(f"{name}.panel")
        title, detail = scene.slots[f"{name}.title"], scene.slots.get(f"{name}.detail")
        text = f"{title} {detail}" if detail else title
        attributes = scene.mark(name, "item", must_read=True, text=text, path=f"{name}.title", joined=True)
        extra = f'<p class="detail" data-fit="body">{words(detail)}</p>' if detail else ""
        items += (
            f'<li class="card">{card}<div class="feature" {attributes}>{_sign(scene, index)}'
            f'<div class="words"><p class="name" data-fit="name">{words(title)}</p>{extra}</div></div></li>'
        )
    return scene.fill(headline=headline, items=items, count=str(count))


def _stats(scene: SceneWriter) -> str:
    count = scene.count("stats")
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    stats = ""
    for index in range(count):
        name = f"stats.{index}"
        card = scene.panel(f"{name}.panel")
        value = scene.text(f"{name}.value", "value", fit="value", joined=True)
        label = scene.text(f"{name}.label", "label", fit="label", joined=True)
        stats += f'<li class="card">{card}<div class="words">{value}{label}</div></li>'
    return scene.fill(headline=headline, stats=stats, count=str(count))


def _image(scene: SceneWriter) -> str:
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    return scene.fill(headline=headline, picture=_framed(scene))


def _framed(scene: SceneWriter) -> str:
    """The picture in a window, a phone or on a mat; which one is known when its shape is."""
    frame = scene.panel("picture.panel", classes="surface frame-surface", inner=windows.FRAME_BAR)
    attributes = scene.mark(PICTURE, "picture", must_read=False, joined=True)
    return f'<div class="frame">{frame}<img class="picture" alt="" {attributes}></div>'


def _call_to_action(scene: SceneWriter) -> str:
    scene.zone = "centre"
    logo = large_logo(scene)
    headline = scene.text("headline", "headline", fit="hero", tag="h1", joined=bool(logo))
    subline = scene.text("subline", "subline", fit="lead")
    command = _pill(scene, "command") if "command" in scene.slots else ""
    url = scene.text("url", "url", fit="address")
    return scene.fill(
        logo=logo, headline=headline, subline=subline, command=command, url=url, code=_address_code(scene)
    )


def _address_code(scene: SceneWriter) -> str:
    """The address as a QR code; not on an upright picture, which is watched on the phone that would read it."""
    if "url" not in scene.slots or scene.request.aspect == "9:16":
        return ""
    attributes = scene.mark("code", "qr", must_read=False)
    return f'<div class="qr" {attributes}>{qr_svg("https://" + scene.slots["url"])}</div>'


def _before_after(scene: SceneWriter) -> str:
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    return scene.fill(headline=headline, before=_side(scene, "before", "cross"), after=_side(scene, "after", "check"))


def _side(scene: SceneWriter, side: str, kind: Bullet) -> str:
    card = scene.panel(f"{side}.panel")
    title = scene.text(f"{side}.title", "item", fit="name", joined=True)
    if f"{side}.code" in scene.slots:
        rows = windows.code_rows(scene, f"{side}.code", scene.slots[f"{side}.code"])
        inner = f'<div class="rows" dir="ltr">{rows}</div>'
    else:
        points = ""
        for index in range(scene.count(f"{side}.points")):
            name = f"{side}.points.{index}"
            text = scene.slots[name]
            attributes = scene.mark(name, "item", must_read=True, text=text, path=name)
            points += (
                f'<li class="point" {attributes}>{bullet(kind)}<p class="detail" data-fit="body">{words(text)}</p></li>'
            )
        inner = f'<ul class="side-points">{points}</ul>'
    return f'<div class="card side {side}">{card}<div class="words">{title}{inner}</div></div>'


def _feature(scene: SceneWriter) -> str:
    scene.zone = "side"
    scene.split = scene.wide
    if scene.request.picture is not None:
        beside = _framed(scene)
    else:
        panel = scene.panel("sign.panel", classes="surface sign-surface")
        attributes = scene.mark("sign", "picture", must_read=False, joined=True)
        beside = f'<div class="sign">{panel}<div class="sign-drawing" {attributes}>{_sign(scene, 0)}</div></div>'
    return scene.fill(
        sign=beside,
        headline=scene.text("headline", "headline", fit="statement", tag="h1"),
        detail=scene.text("detail", "subline", fit="lead"),
    )


def _sign(scene: SceneWriter, index: int) -> str:
    named = scene.request.icons[index] if index < len(scene.request.icons) else ""
    return sign(named, index + scene.request.variant)


def _chart(scene: SceneWriter) -> str:
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    card = scene.panel("chart.panel")
    bars = ""
    for index, share in enumerate(scene.request.shares):
        name = f"bars.{index}"
        own = " own" if index == scene.request.highlight else ""
        label = scene.text(f"{name}.label", "label", fit="label")
        bar = scene.pointer(name, classes="bar-mark", share=share)
        value = scene.text(f"{name}.value", "value", fit="figure", joined=True)
        bars += f'<li class="bar-row{own}">{label}<div class="track">{bar}</div>{value}</li>'
    return scene.fill(headline=headline, card=card, bars=bars)


def _quote(scene: SceneWriter) -> str:
    scene.zone = "side"
    return scene.fill(
        headline=scene.text("headline", "headline", fit="statement", tag="h1"),
        by=scene.text("by", "by", fit="lead"),
        mark=scene.pointer("quote", classes="quotation"),
    )


def _release(scene: SceneWriter) -> str:
    scene.split = scene.wide
    items = ""
    for index in range(scene.count("items")):
        name = f"items.{index}"
        text = scene.slots[name]
        attributes = scene.mark(name, "item", must_read=True, text=text, path=name)
        items += (
            f'<li class="point" {attributes}>{bullet("check")}<p class="detail" data-fit="body">{words(text)}</p></li>'
        )
    return scene.fill(
        version=scene.text("version", "version", fit="value"),
        headline=scene.text("headline", "headline", fit="headline", tag="h1"),
        card=scene.panel("items.panel"),
        items=items,
    )


def _install(scene: SceneWriter) -> str:
    scene.zone = "centre"
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    command = _pill(scene, "command", fit="command")
    others = "".join(f"<li>{_pill(scene, f'others.{index}')}</li>" for index in range(scene.count("others")))
    return scene.fill(headline=headline, command=command, others=f'<ul class="others">{others}</ul>' if others else "")


def _pill(scene: SceneWriter, name: str, *, fit: str = "code") -> str:
    """A command on a surface of its own."""
    panel = scene.panel(f"{name}.panel")
    text = scene.slots[name]
    row = windows.row_of(scene, name, "command", text, [("", text)], path=name, prompt=True, joined=True, fit=fit)
    return f'<div class="pill command-pill">{panel}<div class="rows" dir="ltr">{row}</div></div>'


KINDS: dict[SceneKind, Callable[[SceneWriter], str]] = {
    "title": _title,
    "problem": _problem,
    "before_after": _before_after,
    "feature": _feature,
    "features": _features,
    "code": windows.code,
    "diff": windows.diff,
    "terminal": windows.terminal,
    "image": _image,
    "chart": _chart,
    "stats": _stats,
    "quote": _quote,
    "release": _release,
    "install": _install,
    "call_to_action": _call_to_action,
}
