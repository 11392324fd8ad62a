"""The command line. This module imports click and the standard library only, so that ``--help`` is instant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from readme2video import __version__

Command = TypeVar("Command", bound=Callable[..., Any])


class _MakeByDefault(click.Group):
    """``readme2video SOURCE`` is ``readme2video make SOURCE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        group_flags = {"-h", "--help", "--version"}
        if args and args[0] not in self.commands and args[0] not in group_flags:
            args = ["make", *args]
        return super().parse_args(ctx, args)


def _options(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


_out = click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="Where results go.  [default: output]"
)
_film_options = _options(
    _out,
    click.option("--storyboarder", type=click.Choice(["auto", "claude", "offline"]), help="Who writes the storyboard."),
    click.option("--claude-model", metavar="ID", help="Which Claude writes it.  [default: claude-sonnet-5-5]"),
    click.option(
        "--effort",
        type=click.Choice(["low", "medium", "high"]),
        help="How hard Claude thinks; more costs more.  [default: medium]",
    ),
    click.option("--language", metavar="CODE", help="Language of the film, de for instance.  [default: the README's]"),
    click.option(
        "--release",
        metavar="TAG",
        help="Make the film about this release: what is new in it. A checkout must stand at the tag.",
    ),
    click.option(
        "--allow-unsupported",
        is_flag=True,
        default=None,
        help="Make the film although the README does not support all its words; the report marks them.",
    ),
    click.option("--animator", type=click.Choice(["auto", "local", "kie"]), help="Who moves the pictures."),
    click.option("--model", metavar="ID", help="Which model clips are bought from; see `readme2video models`."),
    click.option("--resolution", metavar="NAME", help="As the model names it, 720p for instance."),
    click.option(
        "--max-cost",
        type=float,
        metavar="USD",
        help="The most the film may cost, storyboard and clips together. Agrees to that much.",
    ),
    click.option("-y", "--yes", is_flag=True, default=None, help="Agree to the plan's price without being asked."),
    click.option(
        "--text-safe",
        type=click.Choice(["auto", "always", "never"]),
        help="Which scenes are sent without their words, which are laid over the clip.  [default: auto]",
    ),
    click.option(
        "--music",
        type=click.Choice(["auto", "none", "clip"]),
        help="clip keeps the sound of bought clips, and asks for it where the model has a switch, which may cost more; "
        "else the film is silent.  [default: auto]",
    ),
    click.option(
        "--share-clips",
        is_flag=True,
        default=None,
        help="Let two neighbouring scenes share one longer clip where that is cheaper.",
    ),
    click.option(
        "--upload-pictures",
        is_flag=True,
        default=None,
        help="Let pictures of the README be in what is sent to be animated. Otherwise they are laid over the clip.",
    ),
    click.option(
        "--remote-pictures",
        type=click.Choice(["auto", "always", "never"]),
        help="Whether pictures the README shows from elsewhere on GitHub are fetched; auto: not for a local source.  "
        "[default: auto]",
    ),
    click.option(
        "--on-failure",
        type=click.Choice(["local", "stop"]),
        help="A scene that cannot be bought moves locally, or no film is made.  [default: local]",
    ),
    click.option("--callback-url", metavar="URL", help="Public address of `readme2video callbacks`."),
    click.option(
        "--aspect",
        "aspects",
        multiple=True,
        type=click.Choice(["16:9", "9:16", "1:1"]),
        help="Shape of the film; repeat it for several films.  [default: 16:9]",
    ),
    click.option(
        "--quality",
        type=click.Choice(["draft", "standard", "high"]),
        help="draft is 720p and quick, standard 1080p, high slower and larger.  [default: standard]",
    ),
    click.option("--length", "length_s", type=float, metavar="S", help="Wanted length in seconds.  [default: 30]"),
    click.option(
        "--style",
        type=click.Choice(["auto", "aurora", "editorial", "terminal", "poster"]),
        help="How the film looks; auto is what suits the repository.  [default: auto]",
    ),
    click.option("--scenes", type=int, metavar="N", help="At most N scenes.  [default: 7]"),
    click.option(
        "--storyboard",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Use this storyboard, edited by you, instead of writing one.",
    ),
    click.option(
        "--again",
        multiple=True,
        metavar="STAGE[:SCENE]",
        help="Do a stage anew although its result is kept: read, storyboard, shoot, animate, render, stitch or check.",
    ),
    click.option("--jobs", type=int, metavar="N", help="Scenes rendered side by side.  [default: the cores]"),
    click.option(
        "--strict", is_flag=True, default=None, help="A film that fails one of its checks ends with exit code 2."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the film's path."),
    click.option("-q", "--quiet", is_flag=True, help="Say only warnings and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Say more."),
)


@click.group(
    cls=_MakeByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`readme2video SOURCE` is short for `readme2video make SOURCE`. SOURCE is a folder, a README file, "
    "owner/repo, owner/repo@tag or a GitHub URL; the tag or the page of a release makes a film about that release. "
    "Exit codes: 0 done, 2 usage or storyboard, 3 source, 4 key, "
    "5 price not agreed to or no credits, 6 a scene was refused, 7 a payment is in doubt, 8 paused, 9 this machine, "
    "10 another run, 1 our bug.",
)
@click.version_option(__version__, prog_name="readme2video")
def cli() -> None:
    """Turn a repository's README into a short promo film."""


@cli.command(short_help="Make the film.")
@click.argument("source")
@_film_options
def make(source: str, **flags: Any) -> None:
    """Make the film of SOURCE, or finish what an earlier run began.

    Prints the film's path. What did not change since the last run is not made again.

    \b
    readme2video make .
    readme2video make owner/repo@v1.2.0 --aspect 16:9 --aspect 9:16
    readme2video make . --storyboard output/my-project/storyboard.yaml
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from readme2video.cli.run import film

    sys.exit(film("make", source, flags))


@cli.command(short_help="Write the storyboard and shoot its scenes; render nothing.")
@click.argument("source")
@_film_options
def plan(source: str, **flags: Any) -> None:
    """Write the storyboard of SOURCE, shoot its scenes and say what the film would cost.

    Nothing is rendered or bought. Edit storyboard.yaml, then make the film with --storyboard.
    """
    from readme2video.cli.run import film

    sys.exit(film("plan", source, flags))


@cli.command(short_help="Check a storyboard or a finished film.")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--source", metavar="SOURCE", help="Whose README it must agree with.  [default: the one it was made from]"
)
@click.option("--strict", is_flag=True, help="As with make: a FAIL ends with exit code 2. Here it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(target: Path, source: str | None, strict: bool, as_json: bool) -> None:  # noqa: ARG001 - always strict
    """Check TARGET: a storyboard file, or the output folder of a finished film.

    Every string is held against the README as it is now. A film is measured: story, picture, sound, file and money,
    each rule as PASS, WARN or FAIL with scene, time and what to do; the frames lie in TARGET/checks.
    """
    from readme2video.cli.check import check as run

    sys.exit(run(target, source=source, as_json=as_json))


@cli.command(short_help="What stands in the output folder.")
@_out
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(out: Path | None, as_json: bool) -> None:
    """List the films and plans in the output folder, and the runs that are working there."""
    from readme2video.cli.inspect import status as run

    sys.exit(run(out, as_json=as_json))


@cli.command(short_help="Models clips can be bought from.")
@click.option("--live", is_flag=True, help="Ask Kie which of them are served now, and at what price.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def models(live: bool, as_json: bool) -> None:
    """List the models clips can be bought from: seconds, shapes, the price of 10 s, and whether they are served."""
    from readme2video.cli.models import models as run

    sys.exit(run(live=live, as_json=as_json))


@cli.command(short_help="Settle a paid request whose answer was lost.")
@_out
@click.option("--scene", required=True, metavar="ID", help="The scene, as `readme2video status` names it.")
@click.option("--task", metavar="ID", help="The task at Kie; it is proven to be ours before it is taken.")
@click.option("--pay-again", is_flag=True, help="Order the clip anew; the lost one may have been charged too.")
@click.option("--skip", is_flag=True, help="Let the scene move locally.")
def adopt(out: Path | None, scene: str, task: str | None, pay_again: bool, skip: bool) -> None:
    """Settle a paid request whose answer was lost: claim its task, pay again, or skip the scene."""
    if (task is not None) + pay_again + skip != 1:
        raise click.UsageError("Say one of --task ID, --pay-again and --skip.")
    from readme2video.cli.adopt import adopt as claim
    from readme2video.cli.adopt import decide

    sys.exit(claim(out, scene, task) if task is not None else decide(out, scene, "pay again" if pay_again else "skip"))


@cli.command(short_help="A local stand-in for Kie and Claude: the paid road, free.")
@click.option("--port", type=int, default=0, metavar="N", help="Port on 127.0.0.1.  [default: any free one]")
@click.option("--job-seconds", type=float, default=6.0, metavar="S", help="How long a clip takes.  [default: 6]")
@click.option(
    "--credits", "balance", type=float, default=1000.0, metavar="N", help="The account's balance.  [default: 1000]"
)
@click.option("--faults", type=click.Path(path_type=Path), metavar="FILE", help="A JSON script of faults.")
def sandbox(port: int, job_seconds: float, balance: float, faults: Path | None) -> None:
    """Run a stand-in for Kie and Claude on this machine until Ctrl-C; it prints what to set."""
    from readme2video.cli.servers import sandbox as run

    sys.exit(run(port=port, job_s=job_seconds, balance=balance, faults=faults))


@cli.command(short_help="Receive Kie's callbacks.")
@_out
@click.option("--listen", default="127.0.0.1:8787", metavar="HOST:PORT", help="[default: 127.0.0.1:8787]")
def callbacks(out: Path | None, listen: str) -> None:
    """Receive callbacks; they only wake waiting runs, whose state always comes from Kie itself."""
    from readme2video.cli.servers import callbacks as run

    sys.exit(run(out, listen=listen))


@cli.command(short_help="Check this machine.")
@_out
def doctor(out: Path | None) -> None:
    """Check what a film needs on this machine, each line with its fix."""
    from readme2video.cli.run import doctor as run

    sys.exit(run(out))


@cli.command("install-browser", short_help="Get a Chromium.")
def install_browser() -> None:
    """Find a Chromium, or install one."""
    from readme2video.cli.run import install_browser as run

    sys.exit(run())


def main() -> None:
    """The console script."""
    cli()
