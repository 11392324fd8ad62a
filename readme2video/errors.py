"""Every error of ours, as one tree.

The faces (command line, fleet, action) map these types to exit codes; nothing matches on message text.

    Readme2VideoError
    ├── UsageError                exit 2   a flag or a settings file is wrong
    │   └── StoryboardError       exit 2   a storyboard is invalid; carries the path in the file
    │       └── ShotError         exit 2   a scene's words do not fit its picture
    ├── SourceError               exit 3   the repository, folder or README is unusable
    ├── CredentialsError          exit 4   a key is missing or refused
    ├── ConsentError              exit 5   consent, credits or cap
    ├── SceneRefusedError         exit 6   a provider will not make a scene
    ├── PaymentInDoubtError       exit 7   a paid request's answer was lost
    ├── PausedError               exit 8   an outage, a limit or a time-out; resumable
    │   └── ModelOffError         exit 8   the provider does not serve the model; nothing can be bought with it
    ├── MachineError              exit 9   this machine: disk, browser, ffmpeg
    │   ├── BrowserError
    │   ├── EncoderError
    │   └── OutputError
    └── LockedError               exit 10  another run holds the folder
"""

from __future__ import annotations


class Readme2VideoError(Exception):
    """Something went wrong that the user can understand and act on.

    Args:
        message: What happened, in one sentence, naming the scene if there is one.
        hint: What to do next, usually a command or a flag.
        scene: The id of the scene it happened to.
    """

    def __init__(self, message: str, *, hint: str = "", scene: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.scene = scene


class UsageError(Readme2VideoError):
    """A flag, a value or a settings file is wrong."""


class StoryboardError(UsageError):
    """A storyboard is invalid.

    Args:
        path: Where in the file, as in ``scenes.3.headline``; empty for the file as a whole.
    """

    def __init__(self, message: str, *, path: str = "", hint: str = "", scene: str | None = None) -> None:
        super().__init__(message, hint=hint, scene=scene)
        self.path = path


class ShotError(StoryboardError):
    """A scene cannot be laid out legibly: text overflows, is cut off, leaves its area or falls under the type floor.

    Args:
        rule: Which rule is broken, as ``wide`` or ``contrast``.
    """

    def __init__(
        self, message: str, *, rule: str = "", path: str = "", hint: str = "", scene: str | None = None
    ) -> None:
        super().__init__(message, path=path, hint=hint, scene=scene)
        self.rule = rule


class SourceError(Readme2VideoError):
    """The repository, the folder or the README cannot be used."""


class CredentialsError(Readme2VideoError):
    """A key is missing or was refused."""


class ConsentError(Readme2VideoError):
    """Spending was not agreed to, or credits or the cap do not suffice."""


class SceneRefusedError(Readme2VideoError):
    """A provider will not make this scene."""


class PaymentInDoubtError(Readme2VideoError):
    """A paid request was sent and its answer was lost."""


class PausedError(Readme2VideoError):
    """An outage, a limit or a time-out stopped the run; the same command goes on later."""


class ModelOffError(PausedError):
    """The provider does not serve the chosen model; the hint names substitutes."""


class MachineError(Readme2VideoError):
    """This machine cannot do it: disk, browser or encoder."""


class BrowserError(MachineError):
    """No Chromium could be found, started or kept alive."""


class EncoderError(MachineError):
    """ffmpeg failed or wrote a file that is not what was asked for."""


class OutputError(MachineError):
    """The output folder cannot be written."""


class LockedError(Readme2VideoError):
    """Another run holds the output folder."""
