"""The real Claude, asked once: `make live`. Never part of the suite: it needs a key and costs some cents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from makers import TINY_README
from readme2video.claims import Evidence, check_claims
from readme2video.events import ignore
from readme2video.model.brief import Brief
from readme2video.model.source import RepositoryFacts
from readme2video.readme import cited_text, parse_readme
from readme2video.settings import Claude, Settings
from readme2video.storyboarders import ClaudeStoryboarder
from works import FakeWork

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


@pytest.fixture
def key() -> SecretStr:
    given = os.environ.get("ANTHROPIC_API_KEY", "").strip()
    if not given:
        pytest.skip("ANTHROPIC_API_KEY is not set")
    return SecretStr(given)


async def test_the_real_claude_writes_a_storyboard_that_holds(key: SecretStr, tmp_path: Path) -> None:
    request = Brief(
        document=parse_readme(TINY_README, "README.md"),
        texts=(cited_text(TINY_README.encode(), "README.md"),),
        facts=RepositoryFacts(name="tinyproject"),
    )
    engine = ClaudeStoryboarder(Settings(claude=Claude(key=key), max_cost=0.5), ignore)
    written = await engine.perform(request, FakeWork(tmp_path))
    board = written.storyboard
    assert written.author == "claude"
    assert board.scenes[0].kind == "title"
    assert board.scenes[-1].kind == "call_to_action"
    assert written.usage is not None
    assert written.usage.output_tokens > 100
    evidence = Evidence(texts=request.texts, document=request.document, facts=request.facts, project=board.project)
    assert not [claim for claim in check_claims(board, evidence) if claim.problem]
