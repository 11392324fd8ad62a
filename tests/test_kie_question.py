"""A payment in doubt on a terminal: a person is asked, what they say is done and written down, elsewhere nobody is."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from children import until
from readme2video.animators.kie import KieAnimator
from readme2video.cli import questions
from readme2video.cli.progress import QuietProgress
from readme2video.errors import PaymentInDoubtError, Readme2VideoError, SceneRefusedError
from readme2video.events import ignore
from readme2video.ledger import Ledger
from readme2video.model.film import Clip
from readme2video.model.order import Attempt
from readme2video.orders import PAY_AGAIN, SKIP
from readme2video.sandbox import Sandbox
from readme2video.settings import Kie, Settings
from readme2video.settling import Adopt, Decide, Settlement, Wait
from readme2video.store import Store
from test_kie_animator import PROJECT, MakeShop, Shop, shop
from test_kie_film import PROGRAM, SMALL_PX, project

__all__ = ["project", "shop"]  # the fixtures

LOST = {"on": "create", "nth": 1, "do": "accept_rst"}


class Person:
    """Gives these answers, one after the other, then none; remembers what was asked."""

    def __init__(self, *answers: Settlement) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Attempt, str]] = []

    async def __call__(self, attempt: Attempt, said: str) -> Settlement | None:
        self.asked.append((attempt, said))
        return self.answers.pop(0) if self.answers else None


async def buy(here: Shop, person: Person, **flags: object) -> Clip | Readme2VideoError:
    """Buy one clip while the person sits there."""
    account = Kie(base_url=here.box.url, upload_url=here.box.url, key=SecretStr("k"), pace=0.01)
    settings = Settings(kie=account, out=here.folder, **flags)
    store = Store(here.folder, ignore)
    try:
        async with KieAnimator(settings, here.folder, ignore, ask=person) as animator:
            ((label, request),) = here.scenes(store, 1)
            await animator.plan(PROJECT, [(label, request)], [])
            return await store(animator, request, label=label)
    except Readme2VideoError as error:
        return error
    finally:
        store.close()


def states(here: Shop) -> list[tuple[str, str]]:
    return [(attempt.state, attempt.decision) for attempt in here.attempts()]


async def test_f36_the_right_task_is_adopted_and_nothing_is_paid_again(shop: MakeShop) -> None:
    here = shop(LOST)
    person = Person()
    assert isinstance(await buy(here, person), PaymentInDoubtError)
    (order,) = here.box.orders
    person = Person(Adopt("no-such-task"), Adopt(order.task_id))
    got = await buy(here, person)
    assert isinstance(got, Clip)
    assert got.task_id == order.task_id
    assert len(here.box.orders) == 1
    assert states(here) == [("done", "")]
    assert person.asked[0][1] == ""
    assert "Nothing was changed" in person.asked[1][1]


async def test_f36_the_task_of_another_scene_is_not_adopted(shop: MakeShop) -> None:
    here = shop({**LOST, "nth": 2})
    await here.buy(2)
    done, lost = sorted(here.attempts(), key=lambda attempt: attempt.state)
    person = Person(Adopt(done.task_id or ""))
    async with here.open(yes=True) as (_, store):
        (request,) = [row for label, row in here.scenes(store, 2) if label == lost.order.scenes[0]]
    store = Store(here.folder, ignore)
    account = Kie(base_url=here.box.url, upload_url=here.box.url, key=SecretStr("k"), pace=0.01)
    async with KieAnimator(Settings(kie=account), here.folder, ignore, ask=person) as animator:
        await animator.plan(PROJECT, [(lost.order.scenes[0], request)], [])
        with pytest.raises(PaymentInDoubtError):
            await store(animator, request, label=lost.order.scenes[0])
    store.close()
    assert "is in the ledger already" in person.asked[1][1]
    assert len(here.box.orders) == 2


async def test_f37_paying_again_is_written_down_and_both_are_counted(shop: MakeShop) -> None:
    here = shop(LOST)
    got = await buy(here, Person(Decide(PAY_AGAIN)))
    assert isinstance(got, Clip)
    assert len(here.box.orders) == 2
    assert states(here) == [("waived", PAY_AGAIN), ("done", "")]


async def test_paying_again_does_not_pass_the_cap(shop: MakeShop) -> None:
    here = shop(LOST)
    got = await buy(here, Person(Decide(PAY_AGAIN)), max_cost=0.20)
    assert isinstance(got, Readme2VideoError)
    assert "--max-cost" in got.message
    assert len(here.box.orders) == 1


async def test_a_scene_that_is_skipped_stays_skipped(shop: MakeShop) -> None:
    here = shop(LOST)
    assert isinstance(await buy(here, Person(Decide(SKIP))), SceneRefusedError)
    assert states(here) == [("waived", SKIP)]
    person = Person(Decide(PAY_AGAIN))
    assert isinstance(await buy(here, person), SceneRefusedError)
    assert not person.asked
    assert len(here.box.orders) == 1


async def test_waiting_changes_nothing_and_asks_again(shop: MakeShop) -> None:
    here = shop(LOST)
    person = Person(Wait(), Wait())
    assert isinstance(await buy(here, person), PaymentInDoubtError)
    assert len(person.asked) == 3
    assert states(here) == [("unknown", "")]
    assert len(here.box.orders) == 1


# ---------------------------------------------------------------------------------------------------- on a terminal


class Terminal:
    """A run of ``make`` on a terminal of its own; what is on it can be waited for and answered."""

    def __init__(self, box: Sandbox, project: Path, *flags: str) -> None:
        environ = os.environ | box.environment | {"README2VIDEO_PACE": "0.05", "TERM": "xterm", "COLUMNS": "200"}
        self._ours, theirs = pty.openpty()
        self._told = b""
        self.out = project.parent / "out"
        self._run = subprocess.Popen(
            [PROGRAM, "make", str(project), "-o", str(self.out), "--quality", "draft",
             "--storyboard", str(project / "board.yaml"), "--storyboarder", "offline", "--animator", "kie", *flags],
            stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, env=environ,
        )  # fmt: skip
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                return
            if not piece:
                return
            self._told += piece

    @property
    def told(self) -> str:
        return self._told.decode("utf-8", "replace")

    def answer(self, question: str, text: str) -> None:
        until(lambda: question in self.told, 120)
        before = self.told
        self._told = b""
        self.all_told = getattr(self, "all_told", "") + before
        os.write(self._ours, text.encode())

    def end(self) -> tuple[int, str]:
        code = self._run.wait(120)
        self._reader.join(10)
        os.close(self._ours)
        assert self._run.stdout is not None
        self._run.stdout.close()
        said = getattr(self, "all_told", "") + self.told
        assert "Traceback" not in said
        return code, said


PROMPT = "[w]ait / [a]dopt task id / [p]ay again (~$0.15) / [s]kip scene: "

on_terminals = pytest.mark.skipif(sys.platform != "linux", reason="terminals as Linux has them")


@on_terminals
def test_on_a_terminal_a_person_adopts_the_lost_task(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX, faults=[LOST]) as box:
        run = Terminal(box, project)
        run.answer("[y/N] ", "y\n")
        run.answer(PROMPT, "what?\n")
        run.answer(PROMPT, "a\n")
        run.answer("The task's id: ", f"{box.orders[0].task_id}\n")
        code, said = run.end()
        assert code == 0, said
        assert len(box.orders) == len({order.body["input"]["image_urls"][0] for order in box.orders})
    assert "https://kie.ai/logs" in said
    assert "Say w, a, p or s" in said
    ledger = Ledger(run.out / ".store")
    assert {attempt.state for attempt in ledger.attempts()} == {"done"}
    ledger.close()


@on_terminals
def test_on_a_terminal_the_end_of_input_leaves_it_in_doubt(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX, faults=[LOST]) as box:
        run = Terminal(box, project)
        run.answer("[y/N] ", "y\n")
        run.answer(PROMPT, "\x04")
        code, said = run.end()
    assert code == 7, said
    assert "moves locally" in said


@on_terminals
def test_on_a_terminal_ctrl_c_leaves_the_question_at_once(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX, faults=[LOST]) as box:
        run = Terminal(box, project)
        run.answer("[y/N] ", "y\n")
        until(lambda: PROMPT in run.told, 120)
        run._run.send_signal(2)
        code, said = run.end()
    assert code == 130, said


@on_terminals
def test_a_program_that_reads_json_is_not_asked_about_doubts(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX, faults=[LOST]) as box:
        run = Terminal(box, project, "--json")
        run.answer("[y/N] ", "y\n")
        code, said = run.end()
    assert code == 7, said
    assert "[p]ay again" not in said


@pytest.mark.parametrize(
    ("there", "flags", "asked"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"as_json": True}, False),
        (True, {"quiet": True}, False),
        (True, {"yes": True}, False),
    ],
)
def test_who_is_asked(monkeypatch: pytest.MonkeyPatch, there: bool, flags: dict[str, bool], asked: bool) -> None:
    monkeypatch.setattr(questions, "somebody_is_there", lambda: there)
    said = {"as_json": False, "quiet": False, "yes": False} | flags
    progress = QuietProgress(io.StringIO())
    ask = questions.settlement(Settings(yes=said["yes"]), progress, as_json=said["as_json"], quiet=said["quiet"])
    assert (ask is not None) == asked
