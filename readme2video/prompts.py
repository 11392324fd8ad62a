"""Prompts are files with declared ``$variables``; what a clip is asked to show is chosen from a closed vocabulary."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Literal

from pydantic import Field, ValidationError

from readme2video.errors import UsageError
from readme2video.model.film import BackdropNeed
from readme2video.model.record import Record

OPTIONAL = "? "
"""What a line begins with that may be left out to fit a limit."""

_FOLDERS = (Path(__file__).with_name("prompts_data"), Path(__file__).parents[1] / "prompts")
"""In an installed package; in a checkout."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class _Front(Record):
    """The front matter."""

    form: Literal["sentences", "page"] = "sentences"
    variables: tuple[str, ...] = ()
    choices: dict[str, dict[str, str]] = Field(default={})


class Prompt(Record):
    """A prompt file, checked: its variables are exactly those its text uses.

    Attributes:
        lines: Groups of whole sentences; one that begins with ``OPTIONAL`` may be left out. A page is one such group,
            with its line breaks.
        choices: The closed vocabulary: phrases by the variable's name and what is chosen by.
    """

    name: str
    variables: tuple[str, ...]
    choices: dict[str, dict[str, str]]
    lines: tuple[str, ...]

    def choice(self, group: str, key: str) -> str:
        """The phrase of a group for a key.

        Raises:
            UsageError: The file has none.
        """
        phrase = self.choices.get(group, {}).get(key)
        if phrase is None:
            raise _broken(self.name, f"choices.{group}.{key} is missing")
        return phrase

    def render(self, /, **variables: str) -> str:
        """The whole prompt: sentences as one paragraph, a page as it stands.

        Raises:
            UsageError: A declared variable is missing, or one that is not declared was given.
        """
        return self.fitted(None, **variables)

    def fitted(self, limit: int | None, /, **variables: str) -> str:
        """The prompt within a number of characters: optional lines are left out, the last first, whole or not at all.

        Args:
            limit: The most characters; None for no limit.

        Raises:
            UsageError: As in ``render``, or the lines that must stay are too long.
        """
        if missing := [name for name in self.variables if name not in variables]:
            raise _broken(self.name, f"no value for {_dollars(missing)}")
        if unused := [name for name in variables if name not in self.variables]:
            raise _broken(self.name, f"{_dollars(unused)} would go unused: declare and use it")
        kept = list(self.lines)
        while True:
            text = " ".join(Template(line.removeprefix(OPTIONAL)).substitute(variables) for line in kept)
            if limit is None or len(text) <= limit:
                return text
            optional = [index for index, line in enumerate(kept) if line.startswith(OPTIONAL)]
            if not optional:
                raise UsageError(
                    f"The prompt {self.name} needs at least {len(text)} characters, but the model takes {limit}.",
                    hint="Choose another model: `readme2video models` lists them.",
                )
            del kept[optional[-1]]


@lru_cache
def load_prompt(name: str) -> Prompt:
    """Read and check a prompt file by its name without suffix.

    Raises:
        UsageError: There is no such file, its front matter is wrong, or it declares a variable that it does not use or
            uses one that it does not declare.
    """
    for folder in _FOLDERS:
        file = folder / f"{name}.md"
        if _NAME.fullmatch(name) and file.is_file():
            return parse_prompt(name, file.read_text("utf-8"))
    raise UsageError(f"There is no prompt {name!r}.", hint="Reinstall readme2video.")


def parse_prompt(name: str, text: str) -> Prompt:
    """The same from the file's text."""
    import yaml

    opening, _, rest = text.partition("---\n")
    matter, end, body = rest.partition("\n---\n")
    if opening or not end:
        raise _broken(name, "it does not begin with front matter between two lines of ---")
    try:
        front = _Front.model_validate(yaml.safe_load(matter))
    except yaml.YAMLError as error:
        raise _broken(name, f"its front matter is not valid YAML: {error}") from None
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "its front matter"
        raise _broken(name, f"{where}: {problem['msg']}") from None
    page = front.form == "page"
    lines = tuple(line.strip() for line in ([body] if page else body.splitlines()) if line.strip())
    if not lines:
        raise _broken(name, "there is no text below its front matter")
    template = Template("\n".join(lines))
    if not template.is_valid():
        raise _broken(name, "a $ in its text is not followed by a variable's name")
    used = template.get_identifiers()
    if unused := [variable for variable in front.variables if variable not in used]:
        raise _broken(name, f"it declares {_dollars(unused)} but does not use it")
    if undeclared := [variable for variable in used if variable not in front.variables]:
        raise _broken(name, f"it uses {_dollars(undeclared)} but does not declare it")
    return Prompt(name=name, variables=front.variables, choices=front.choices, lines=lines)


def motion_prompt(request: BackdropNeed, limit: int | None) -> str:
    """What a video model is told to do with a scene's picture. Nothing of the README is in it.

    Args:
        limit: The most characters the model takes; None for no limit.

    Raises:
        UsageError: Not even the sentences that must stay fit.
    """
    prompt, covers = load_prompt("motion"), request.covers
    return prompt.fitted(
        limit,
        picture=prompt.choice("picture", "plate" if covers == "plate" else request.kind),
        camera=prompt.choice(f"{covers}_camera", request.motion),
        light=prompt.choice(f"{covers}_light", request.kind),
        keep=prompt.choice("keep", covers),
        never=prompt.choice("never", covers),
    )


def _dollars(names: list[str]) -> str:
    return ", ".join(f"${name}" for name in names)


def _broken(name: str, what: str) -> UsageError:
    return UsageError(f"prompts/{name}.md: {what}.", hint="Restore the file, or reinstall readme2video.")
