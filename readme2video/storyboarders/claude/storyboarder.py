"""The storyboarder that asks Claude: one answer, checked string by string, mended in at most two more turns."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from readme2video.claims import Evidence
from readme2video.engine import Work
from readme2video.errors import ConsentError, SceneRefusedError
from readme2video.events import Emit, Notice, StoryboardPaid
from readme2video.model.brief import Brief
from readme2video.model.manuscript import Manuscript, Usage
from readme2video.model.record import Finding, Stage
from readme2video.model.scene import Scene
from readme2video.prompts import load_prompt
from readme2video.settings import Settings
from readme2video.storyboarders.claude.completing import as_storyboard, complete, paced
from readme2video.storyboarders.claude.messages import MAX_TOKENS, Answer, Messages
from readme2video.storyboarders.claude.prices import added, priced
from readme2video.storyboarders.claude.question import question
from readme2video.storyboarders.claude.reply import Judged, judge, reply_schema
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.offline import write_storyboard

DEADLINE_S = 300.0
"""All turns together."""
REPAIRS = 2
"""How often Claude is asked to mend its answer; what is not mended then is left out."""

_CUT = ("max_tokens", "model_context_window_exceeded")
_PROMPTS = ("storyboard", "request", "repair", "release", "translation")


class ClaudeStoryboarder:
    """Writes a storyboard with Claude; the same brief, model, effort and prompts are paid for once.

    Args:
        emit: Hears what each answer cost.
        sleep: Waits between tries, seconds.
        clock: Monotonic seconds.
        new_marker: Gives the code that the texts are marked with, new for every run.
    """

    stage: Stage = "storyboard"
    output = Manuscript
    parallel = 1

    def __init__(
        self,
        settings: Settings,
        emit: Emit,
        *,
        deadline_s: float = DEADLINE_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        new_marker: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._settings, self._emit = settings, emit
        self._deadline_s, self._sleep, self._clock, self._new_marker = deadline_s, sleep, clock, new_marker

    @property
    def fingerprint(self) -> str:
        """Model, effort and prompts are part of what was asked for."""
        asked = "\n".join(load_prompt(name).model_dump_json() for name in _PROMPTS)
        prompts = hashlib.sha256(asked.encode()).hexdigest()[:12]
        return f"claude/1:{self._settings.claude_model}:{self._settings.effort}:{prompts}"

    async def perform(self, request: Brief, work: Work) -> Manuscript:
        """Ask, check, let it be mended, and make a whole film of what holds.

        Raises:
            SourceError: The README has nothing to tell.
            CredentialsError: The key is missing or refused.
            ConsentError: The account cannot pay, or the cap is too low for one answer.
            SceneRefusedError: Claude will not write about this README.
            PausedError: Claude is out of reach or did not finish in time.
        """
        like = await asyncio.to_thread(write_storyboard, request)  # also says when there is nothing to tell
        schema = await asyncio.to_thread(reply_schema)  # the SDK takes a second or two to import
        original = Material.of(request).language
        spoken = request.language or original
        evidence = Evidence.of(request, like.project)
        translated = not evidence.speaks(spoken)
        asked = question(request, project=like.project, spoken=spoken, original=original, marker=self._new_marker())
        for name in asked.cut:
            work.notice(f"{name} is long; Claude gets its parts that matter most for a film.")

        def judged(answer: Answer) -> Judged:
            return judge(
                answer.text,
                evidence,
                pictures=frozenset(picture.src for picture in request.pictures),
                language=spoken,
                translated=translated,
            )

        async with Messages(
            self._settings.claude,
            self._settings.claude_model,
            self._settings.effort,
            deadline_s=self._deadline_s,
            sleep=self._sleep,
            clock=self._clock,
        ) as messages:
            await self._afford(messages, asked.system, asked.user, schema)
            best, usage = await self._converse(messages, asked.system, asked.user, schema, judged, work)
        scenes, filled = await asyncio.to_thread(
            complete,
            best.scenes,
            request,
            lost=best.whole != len(best.scenes) or not best.scenes,
            translated=translated,
        )
        notes = _notes(best, filled)
        for note in notes:
            work.notice(note.message)
        work.progress(1.0)
        board = as_storyboard(paced(scenes, request, spoken, filled), like.project, spoken, like)
        return Manuscript(storyboard=board, author="claude", hooks=tuple(best.hooks), usage=usage, notes=tuple(notes))

    async def _afford(self, messages: Messages, system: str, user: str, schema: dict[str, Any]) -> None:
        """Say what an answer costs before it is asked for; refuse when the cap is below the worst case."""
        tokens = await messages.count(system, [("user", user)], schema)
        if tokens is None:
            tokens = (len(system) + len(user)) // 3  # a cautious guess: English has four characters a token
        model = self._settings.claude_model
        worst = priced(Usage(model=model, requests=1, input_tokens=tokens, output_tokens=MAX_TOKENS)).usd
        likely = priced(Usage(model=model, requests=1, input_tokens=tokens, output_tokens=MAX_TOKENS // 4)).usd
        cap = self._settings.max_cost
        if cap is not None and (worst is None or worst > cap):
            price = f"up to ${worst:.2f}" if worst is not None else "a price that is not known"
            raise ConsentError(
                f"An answer of {model} may cost {price}, and --max-cost is ${cap:.2f}.",
                hint="Raise it, choose a cheaper --claude-model, or take `--storyboarder offline`.",
            )
        price = f"about ${likely:.2f}, at most ${worst:.2f}" if worst is not None and likely is not None else "unknown"
        self._emit(Notice("info", f"{model}: {tokens:,} tokens of input; price of an answer: {price}"))

    async def _converse(
        self,
        messages: Messages,
        system: str,
        user: str,
        schema: dict[str, Any],
        judged: Callable[[Answer], Judged],
        work: Work,
    ) -> tuple[Judged, Usage]:
        """The best answer of up to three turns; each is paid for and counted before it is judged."""
        turns: list[tuple[str, str]] = [("user", user)]
        usage: Usage | None = None
        best = Judged()
        for turn in range(1 + REPAIRS):
            answer = await messages.ask(system, turns, schema)
            usage = added(usage, answer.usage)
            self._emit(StoryboardPaid(usage))
            work.progress((turn + 1) / (2 + REPAIRS))
            if answer.stop == "refusal":
                if best.scenes:
                    break
                kind = f" ({answer.category})" if answer.category else ""
                raise SceneRefusedError(
                    f"Claude will not write a storyboard of this README{kind}.",
                    hint="`--storyboarder offline` needs no model; or write a storyboard.yaml by hand.",
                )
            now = await asyncio.to_thread(judged, answer)
            cut = answer.stop in _CUT
            if cut:
                now = Judged()  # whatever parses of it is an accident
                told = "- the answer was cut off because it was too long: fewer scenes, fewer words"
            else:
                told = "\n".join(f"- {problem}" for problem in now.problems)
            if len(now.scenes) >= len(best.scenes):
                best = now
            if not cut and not now.problems:
                break
            if turn < REPAIRS:
                repair = load_prompt("repair").render(problems=told, kept=_kept(now.scenes))
                turns = [
                    ("user", user),
                    ("assistant", answer.text.strip() if answer.text.strip() and not cut else "{}"),
                    ("user", repair),
                ]
        if usage is None:
            raise AssertionError("no turn was taken")
        return best, usage


def _kept(scenes: Sequence[Scene]) -> str:
    names = ", ".join(f"`{scene.id}`" for scene in scenes)
    return f"These scenes hold, apart from what stands above: {names}." if names else "No scene holds yet."


def _notes(best: Judged, filled: Sequence[Scene]) -> list[Finding]:
    """What the film lacks of the answer, and what was put in its place."""
    notes = [
        Finding(
            level="warning",
            rule="storyboard",
            message=f"Left out of Claude's storyboard: {problem}",
        )
        for problem in best.problems
    ]
    if filled:
        names = ", ".join(scene.id for scene in filled)
        message = f"Claude's storyboard lacked scenes; these are the offline storyboarder's: {names}."
        notes.append(Finding(level="warning", rule="storyboard", message=message))
    return notes
