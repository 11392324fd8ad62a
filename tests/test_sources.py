"""Sources: which arguments mean what, how a local README is found and pinned, and what never leaves its folder."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from readme2video.errors import SourceError, UsageError
from readme2video.model.source import PinnedSource
from readme2video.readme import parse_readme
from readme2video.settings import GitHub
from readme2video.sources import GitHubSource, LocalSource, Pinned, gather_pictures, parse_source, pin
from readme2video.sources.facts import facts_of_manifest, licence_of_text
from readme2video.sources.files import LocalFiles
from readme2video.sources.git import read_checkout
from readme2video.sources.picture_files import picture_suffix
from readme2video.sources.pictures import repository_path
from readme2video.sources.pinning import slug_of
from works import FakeWork

COMMIT = "a" * 40
OTHER = "b" * 40


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


async def pinned(path: Path, work: FakeWork) -> Pinned:
    return await pin(LocalSource(path), http=None, keep=work.keep_bytes, settings=GitHub())


def text_of(source: PinnedSource, work: FakeWork) -> bytes:
    return work.path(source.readme).read_bytes()


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path / "store")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "quill"
    folder.mkdir()
    (folder / "README.md").write_text("# Quill\n\nA pen.\n", "utf-8")
    return folder


# --- arguments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("owner/repo", GitHubSource("owner", "repo")),
        (" owner/repo ", GitHubSource("owner", "repo")),
        ("owner/repo/", GitHubSource("owner", "repo")),
        ("Owner/Repo.js", GitHubSource("Owner", "Repo.js")),
        ("owner/repo.git", GitHubSource("owner", "repo")),
        ("owner/repo@v1.2", GitHubSource("owner", "repo", ref="v1.2")),
        ("owner/repo@feat/x", GitHubSource("owner", "repo", ref="feat/x")),
        ("owner/repo@@scope/pkg@1.0", GitHubSource("owner", "repo", ref="@scope/pkg@1.0")),
        ("https://github.com/owner/repo", GitHubSource("owner", "repo")),
        ("https://github.com/o/n/releases/tag/v1", GitHubSource("o", "n", ref="v1", released=True)),
        ("https://github.com/o/n/releases/tag/pkg/v1/", GitHubSource("o", "n", ref="pkg/v1", released=True)),
        (
            "https://github.com/o/n/releases/tag/%40s%2Fpkg%401.0?x#y",
            GitHubSource("o", "n", ref="@s/pkg@1.0", released=True),
        ),
        ("https://GitHub.com/owner/repo/", GitHubSource("owner", "repo")),
        ("https://www.github.com/owner/repo", GitHubSource("owner", "repo")),
        ("http://github.com/owner/repo", GitHubSource("owner", "repo")),
        ("https://github.com:443/owner/repo.git", GitHubSource("owner", "repo")),
        ("https://github.com/owner/repo?tab=readme#install", GitHubSource("owner", "repo")),
        ("github.com/owner/repo", GitHubSource("owner", "repo")),
        ("git@github.com:owner/repo.git", GitHubSource("owner", "repo")),
        ("ssh://git@github.com/owner/repo.git", GitHubSource("owner", "repo")),
        ("ssh://git@github.com:22/owner/repo", GitHubSource("owner", "repo")),
        ("git+ssh://git@github.com/owner/repo", GitHubSource("owner", "repo")),
        ("https://github.com/owner/repo/tree/main", GitHubSource("owner", "repo", ref="main")),
        ("https://github.com/o/r/tree/feat/x/docs", GitHubSource("o", "r", ref_path="feat/x/docs")),
        ("https://github.com/o/r/blob/main/pkg/a/README.md", GitHubSource("o", "r", ref_path="main/pkg/a/README.md")),
        ("https://github.com/o/r/tree/%E3%83%88%E3%83%A9", GitHubSource("o", "r", ref="トラ")),
        ("https://github.com/o/r/tree/feature%231", GitHubSource("o", "r", ref="feature#1")),
    ],
)
def test_what_names_a_repository(text: str, source: GitHubSource):
    assert parse_source(text) == source


def test_local_paths(repository: Path):
    with inside(repository.parent):
        assert parse_source(".") == LocalSource(Path())
        assert parse_source("quill") == LocalSource(Path("quill"))
        assert parse_source("quill/README.md") == LocalSource(Path("quill/README.md"))
        assert parse_source(str(repository)) == LocalSource(repository)
        assert parse_source("..") == LocalSource(Path(".."))
        (repository / "sub").mkdir()
        assert parse_source("quill/sub") == LocalSource(Path("quill/sub"))
        assert parse_source("quill/gone") == GitHubSource("quill", "gone")


@pytest.mark.parametrize(
    "text", ["/nonexistent", "./nope", "../nope", "nope", "~/nope-nope", "docs/README.md", "a/b/c", "x.md", "C:\\nope"]
)
def test_paths_that_do_not_exist(text: str, tmp_path: Path):
    with inside(tmp_path), pytest.raises(SourceError, match="no file or folder"):
        parse_source(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "--upload-pack=x",
        "-h",
        "https://github.com@evil.example/o/n",
        "https://github.com:x@evil.example/o/n",
        "https://user:pass@github.com/o/n",
        "https://github.com\\@evil.example/o/n",
        "https://evil.example#@github.com/o/n",
        "https://evil.example?@github.com/o/n",
        "https://github.com.evil.example/o/n",
        "https://github\uff0ecom/o/n",
        "https://git\u0131ub.com/o/n",
        "https://github.com:8080/o/n",
        "ssh://root@github.com/o/n",
        "git@evil.example:o/n",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "ext::sh -c id",
        "fd::17",
        "git://github.com/o/n",
        "ftp://github.com/o/n",
        "javascript://github.com/o/n",
        "https://github.com/o/../n",
        "https://github.com/o/%2e%2e/n",
        "https://github.com/o/n/tree/%2e%2e/x",
        "https://github.com/o/\uff0e\uff0e/n",
        "https://github.com//o/n",
        "https://github.com/o//n",
        "https://github.com/o/n/tree/main/a%2Fb",
        "https://github.com/o/n/tree/main/a%00b",
        "https://github.com/o",
        "https://github.com/orgs/x",
        "https://github.com/",
        "https://gist.github.com/o/123",
        "https://raw.githubusercontent.com/o/n/main/README.md",
        "https://api.github.com/repos/o/n",
        "https://github.com/o/n/issues/1",
        "https://github.com/o/n/pull/1",
        "https://github.com/o/n/wiki",
        "https://github.com/o/n/raw/main/README.md",
        "https://github.com/o/n/whatever",
        "https://github.com/o/n/releases",
        "https://github.com/o/n/releases/tag/a..b",
        "https://github.com/o/n/releases/tag/%2e%2e%2fx",
        "https://github.com/o/n/releases/tag/v1%00",
        "https://github.com/o/n/releases/tag/v%E2%80%AE1",
        "https://gitlab.com/o/n",
        "https://bitbucket.org/o/n",
        "https://codeberg.org/o/n",
        "https://github.example.com/o/n",
        "owner/..",
        "owner/repo@",
        "owner/repo@-x",
        "owner/repo@a..b",
        "owner/repo@a b",
        "owner/repo@a:b",
        "owner/repo\u202e",
        "owner/re\npo",
        "ow\u200bner/repo",
        "owner/repo\x00",
        "-owner/repo",
        "öwner/repo",
        "owner/" + "x" * 101,
        "user@host",
    ],
)
def test_what_is_refused(text: str, tmp_path: Path):
    with inside(tmp_path), pytest.raises(UsageError) as caught:
        parse_source(text)
    assert caught.value.hint
    assert "pass" not in caught.value.message.replace("passwd", "")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("https://github.com/o/n/commit/abc", "o/n@abc"),
        ("https://github.com/o/n/issues/3", "o/n"),
    ],
)
def test_pages_of_a_repository_offer_it(text: str, offer: str):
    with pytest.raises(UsageError) as caught:
        parse_source(text)
    assert caught.value.hint == f"Use {offer}."


def test_another_server():
    server = "https://git.corp.example:8443"
    assert parse_source("https://git.corp.example:8443/o/n", server_url=server) == GitHubSource("o", "n")
    assert parse_source("o/n", server_url=server) == GitHubSource("o", "n")
    with pytest.raises(UsageError):
        parse_source("https://github.com/o/n", server_url=server)


# --- local README -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["README.md", "README.rst", "README"], "README.md"),
        (["README.rst", "README.txt"], "README.rst"),
        (["README.markdown", "README.rst"], "README.markdown"),
        (["README.adoc", "README.org"], "README.adoc"),
        (["README.txt", "README"], "README.txt"),
        (["README"], "README"),
        (["readme.md"], "readme.md"),
        (["ReadMe.MD", "readme.rst"], "ReadMe.MD"),
        (["README.zh.md", "README.md"], "README.md"),
        (["README.zh-CN.md", "README.rst"], "README.rst"),
        (["README_ja.md"], "README_ja.md"),
        (["README.de.md", "README.zh.md"], "README.de.md"),
        (["readme.md", "README.md"], "README.md"),
        ([".github/README.md", "README.md"], ".github/README.md"),
        (["docs/README.md", "README.txt"], "README.txt"),
        (["docs/README.md"], "docs/README.md"),
        (["README.textile"], "README.textile"),
    ],
)
async def test_which_readme_is_chosen(names: list[str], chosen: str, tmp_path: Path, work: FakeWork):
    folder = tmp_path / "project"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, "utf-8")
    result = await pinned(folder, work)
    assert result.pinned.readme_path == chosen
    assert text_of(result.pinned, work) == chosen.encode()


async def test_a_file_is_pinned_with_its_folder(repository: Path, work: FakeWork):
    (repository / "GUIDE.md").write_text("# Guide\n", "utf-8")
    result = await pinned(repository / "GUIDE.md", work)
    assert (result.pinned.readme_path, result.slug) == ("GUIDE.md", "quill")
    assert result.pinned.commit is None
    assert result.pinned.facts.name == "quill"
    assert await result.files.read("README.md", 1000) == b"# Quill\n\nA pen.\n"


async def test_long_readmes_are_read_to_the_limit(repository: Path, work: FakeWork):
    (repository / "README.md").write_bytes(b"x" * 600_000)
    result = await pinned(repository, work)
    assert (result.pinned.truncated, result.pinned.readme.size_bytes) == (True, 512 * 1024)


async def test_what_cannot_be_a_readme(tmp_path: Path, work: FakeWork):
    with pytest.raises(SourceError, match="no file or folder"):
        await pinned(tmp_path / "gone", work)
    folder = tmp_path / "project"
    folder.mkdir()
    with pytest.raises(SourceError, match="no README"):
        await pinned(folder, work)
    (folder / "README.md").mkdir()
    with pytest.raises(SourceError, match="cannot be used"):
        await pinned(folder, work)
    (folder / "README.md").rmdir()
    os.mkfifo(folder / "README.md")
    with pytest.raises(SourceError, match="cannot be used"):
        await pinned(folder, work)
    with pytest.raises(SourceError, match="neither"):
        await pinned(folder / "README.md", work)
    (folder / "README.md").unlink()
    (tmp_path / "secret").write_text("CANARY", "utf-8")
    (folder / "README.md").symlink_to("../secret")
    with pytest.raises(SourceError, match="outside"):
        await pinned(folder, work)
    (folder / "README.rst").write_text("Quill\n", "utf-8")
    assert (await pinned(folder, work)).pinned.readme_path == "README.rst"
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to("README.rst")
    assert (await pinned(folder, work)).pinned.readme_path == "README.md"
    with pytest.raises(SourceError, match="neither"):
        await pinned(Path("/dev/null"), work)


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "a/../../secret",
        "/etc/passwd",
        "link",
        "deep/link",
        ".git/config",
        "fifo",
        "gone",
        "",
        ".",
        "a\0b",
        "C:/x",
        "..\\x",
    ],
)
async def test_files_never_leave_their_folder(path: str, tmp_path: Path):
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("x", "utf-8")
    (tmp_path / "secret").write_text("CANARY", "utf-8")
    (root / "link").symlink_to("../secret")
    (root / "deep" / "link").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "fifo")
    (root / "inner").symlink_to("real")
    (root / "real").write_text("real", "utf-8")
    files = LocalFiles(root)
    assert await files.read(path, 1000) is None
    assert await files.read("loop", 1000) is None
    assert await files.read("inner", 4) == b"real"
    assert await files.read("real", 3) is None


# --- facts --------------------------------------------------------------------------------------------------------


async def test_facts_of_a_project(repository: Path, work: FakeWork):
    (repository / "pyproject.toml").write_text(
        '[project]\nname = "quill-py"\nversion = "1.2.3"\ndescription = "A pen"\nlicense = "MIT"\n'
        '[project.urls]\nHomepage = "https://quill.example"\nRepository = "https://github.com/acme/quill"\n',
        "utf-8",
    )
    (repository / "src").mkdir()
    (repository / "src" / "a.py").write_text("", "utf-8")
    (repository / "node_modules").mkdir()
    for number in range(9):
        (repository / "node_modules" / f"{number}.js").write_text("", "utf-8")
    facts = (await pinned(repository, work)).pinned.facts
    assert (facts.name, facts.version, facts.description, facts.licence) == ("quill-py", "1.2.3", "A pen", "MIT")
    assert (facts.owner, facts.url, facts.homepage) == (
        "acme",
        "https://github.com/acme/quill",
        "https://quill.example",
    )
    assert facts.language == "Python"
    assert facts.origins == {
        "name": "pyproject.toml",
        "version": "pyproject.toml",
        "description": "pyproject.toml",
        "licence": "pyproject.toml",
        "homepage": "pyproject.toml",
        "owner": "pyproject.toml",
        "url": "pyproject.toml",
        "language": "files",
    }


@pytest.mark.parametrize(
    ("file", "text", "facts"),
    [
        (
            "pyproject.toml",
            '[tool.poetry]\nname = "q"\nversion = "0.1"\nlicense = "MIT"\nrepository = "https://github.com/a/q"\n',
            {"name": "q", "version": "0.1", "licence": "MIT", "url": "https://github.com/a/q", "language": "Python"},
        ),
        (
            "pyproject.toml",
            '[project]\nname = "q"\ndynamic = ["version"]\nlicense = {file = "L"}\n',
            {"name": "q", "language": "Python"},
        ),
        ("pyproject.toml", "[build-system]\n", {}),
        ("pyproject.toml", "not toml [", {}),
        (
            "package.json",
            (
                '{"name": "@a/q", "version": "2.0.0", "license": {"type": "ISC"}, "repository": "github:a/q",'
                ' "homepage": 3}'
            ),
            {
                "name": "@a/q",
                "version": "2.0.0",
                "licence": "ISC",
                "url": "https://github.com/a/q",
                "language": "JavaScript",
            },
        ),
        (
            "package.json",
            '{"name": "q", "repository": {"url": "git+https://github.com/a/q.git"}, "license": "SEE LICENSE IN x"}',
            {"name": "q", "url": "https://github.com/a/q.git", "language": "JavaScript"},
        ),
        ("package.json", "[1, 2]", {}),
        ("package.json", "[" * 100_000, {}),
        (
            "Cargo.toml",
            (
                '[workspace.package]\nversion = "3.1"\n[package]\nname = "q"\nversion.workspace = true\n'
                'license = "MIT OR Apache-2.0"\n'
            ),
            {"name": "q", "version": "3.1", "licence": "MIT OR Apache-2.0", "language": "Rust"},
        ),
        ("go.mod", "module example.com/a/q/v2\n\ngo 1.23\n", {"name": "q", "language": "Go"}),
        (
            "package.json",
            '{"name": "q\\u202e\\nx", "description": "' + "x" * 400 + '"}',
            {"name": "q x", "language": "JavaScript"},
        ),
    ],
)
def test_manifests(file: str, text: str, facts: dict[str, str]):
    assert facts_of_manifest(file, text.encode()) == facts


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("MIT License\n\nCopyright", "MIT"),
        ("                    Apache License\n              Version 2.0, January 2004", "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0"),
        ("BSD 3-Clause License", "BSD-3-Clause"),
        ("Mozilla Public License Version 2.0", "MPL-2.0"),
        ("All rights reserved.", None),
    ],
)
def test_licence_texts(text: str, licence: str | None):
    assert licence_of_text(text) == licence


def checkout(root: Path, *, head: str = "ref: refs/heads/main\n", config: str = "") -> Path:
    git = root / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "refs" / "tags").mkdir()
    (git / "HEAD").write_text(head, "utf-8")
    (git / "config").write_text(config, "utf-8")
    return git


def test_a_checkout_is_read_without_git(tmp_path: Path):
    git = checkout(
        tmp_path, config='[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/quill.git\n'
    )
    assert read_checkout(tmp_path) is not None
    assert read_checkout(tmp_path).commit is None
    (git / "refs" / "heads" / "main").write_text(f"{COMMIT}\n", "utf-8")
    found = read_checkout(tmp_path)
    assert (found.commit, found.branch, found.tag, found.remote) == (
        COMMIT,
        "main",
        None,
        "git@github.com:acme/quill.git",
    )
    (git / "packed-refs").write_text(
        f"# pack-refs with: peeled\n{OTHER} refs/tags/v1.9.0\n^{COMMIT}\n"
        f"{COMMIT} refs/tags/v1.10.0\n{OTHER} refs/tags/v2.0.0\n",
        "utf-8",
    )
    assert read_checkout(tmp_path).tag == "v1.10.0"
    annotated = "c" * 40
    (git / "objects" / "cc").mkdir(parents=True)
    body = f"object {COMMIT}\ntype commit\ntag v3\n".encode()
    (git / "objects" / "cc" / annotated[2:]).write_bytes(zlib.compress(b"tag %d\0" % len(body) + body))
    (git / "refs" / "tags" / "v3").write_text(annotated, "utf-8")
    assert read_checkout(tmp_path).tag == "v3"


def test_odd_checkouts(tmp_path: Path):
    assert read_checkout(tmp_path) is None
    detached = tmp_path / "detached"
    git = checkout(detached, head=f"{COMMIT}\n")
    assert read_checkout(detached).commit == COMMIT
    assert read_checkout(detached).branch is None
    packed = tmp_path / "packed"
    packed_git = checkout(packed)
    (packed_git / "packed-refs").write_text(f"{OTHER} refs/heads/main\n", "utf-8")
    assert read_checkout(packed).commit == OTHER
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {git}/worktrees/tree\n", "utf-8")
    (git / "worktrees" / "tree").mkdir(parents=True)
    (git / "worktrees" / "tree" / "HEAD").write_text("ref: refs/heads/side\n", "utf-8")
    (git / "worktrees" / "tree" / "commondir").write_text("../..\n", "utf-8")
    (git / "refs" / "heads" / "side").write_text(OTHER, "utf-8")
    assert read_checkout(tree).commit == OTHER
    broken = tmp_path / "broken"
    checkout(broken, head="ref: ../../../etc/passwd\n")
    assert read_checkout(broken).commit is None
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / ".git").write_text("nonsense", "utf-8")
    assert read_checkout(tmp_path / "text") is None


async def test_a_checkout_gives_facts_without_credentials(repository: Path, work: FakeWork):
    git = checkout(repository, config='[remote "origin"]\n\turl = https://me:s3cret@github.com/acme/quill.git\n')
    (git / "refs" / "heads" / "main").write_text(COMMIT, "utf-8")
    (git / "refs" / "tags" / "v1").write_text(COMMIT, "utf-8")
    result = (await pinned(repository, work)).pinned
    assert (result.commit, result.facts.tag, result.facts.owner) == (COMMIT, "v1", "acme")
    assert "s3cret" not in result.model_dump_json()


async def test_a_folder_inside_a_checkout_is_not_the_checkout(repository: Path, work: FakeWork):
    checkout(repository.parent, head=COMMIT)
    result = (await pinned(repository, work)).pinned
    assert (result.commit, result.facts.tag, result.facts.owner) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("quill", "quill"),
        ("acme-Quill.js", "acme-Quill.js"),
        ("my project", "my-project"),
        ("a/b\\c:d", "a-b-c-d"),
        ("../..", "project-"),
        (".hidden", "hidden"),
        ("CON", "CON-project"),
        ("nul.txt", "nul.txt-project"),
        ("été", "ete"),
        ("竹简", "project-"),
        ("", "project-"),
        ("x" * 300, "x" * 80),
        ("<&>'\"", "project-"),
    ],
)
def test_slugs(name: str, slug: str):
    made = slug_of(name)
    assert made.startswith(slug) if slug.endswith("-") else made == slug
    assert made == slug_of(name)
    assert 0 < len(made) <= 88


# --- pictures -----------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


@pytest.mark.parametrize(
    ("src", "readme", "path"),
    [
        ("docs/a.png", "README.md", "docs/a.png"),
        ("./docs/a.png", "README.md", "docs/a.png"),
        ("/docs/a.png", "pkg/README.md", "docs/a.png"),
        ("a.png", "pkg/README.md", "pkg/a.png"),
        ("../a.png", "docs/README.md", "a.png"),
        ("docs/a.png?raw=true", "README.md", "docs/a.png"),
        ("docs/a.png#gh-dark-mode-only", "README.md", "docs/a.png"),
        ("my%20shots/%C3%A9.png", "README.md", "my shots/é.png"),
        ("../a.png", "README.md", None),
        ("%2e%2e/a.png", "README.md", None),
        ("..%2fa.png", "README.md", None),
        ("https://example.com/a.png", "README.md", None),
        ("//example.com/a.png", "README.md", None),
        ("file:///etc/passwd", "README.md", None),
        ("data:image/png;base64,AAAA", "README.md", None),
        ("\\\\host\\a.png", "README.md", None),
        (".git/config", "README.md", None),
        ("/", "README.md", None),
        ("#x", "README.md", None),
        ("", "README.md", None),
        ("a%00.png", "README.md", None),
    ],
)
def test_picture_paths(src: str, readme: str, path: str | None):
    assert repository_path(src, readme) == path


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (PNG, ".png"),
        (b"\xff\xd8\xff\xe0", ".jpg"),
        (b"GIF89a", ".gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", ".webp"),
        (b"<svg xmlns='x'/>", ".svg"),
        (b"<?xml version='1.0'?>\n<!-- c -->\n<svg>", ".svg"),
        (b"<!DOCTYPE svg PUBLIC 'x'><svg >", ".svg"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>", None),
        (b"<html><svg>", None),
        (b"%PDF-1.7", None),
        (b"8BPS", None),
        (b"version https://git-lfs", None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_their_bytes(data: bytes, suffix: str | None):
    assert picture_suffix(data) == suffix


async def test_gathering_pictures(tmp_path: Path, work: FakeWork):
    root = tmp_path / "root"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "a.png").write_bytes(PNG)
    (root / "docs" / "fake.png").write_bytes(b"not a picture")
    (root / "docs" / "big.png").write_bytes(PNG + bytes(12 * 1024 * 1024))
    names = [f"docs/{number}.png" for number in range(9)]
    for name in names:
        (root / name).write_bytes(PNG + name.encode())
    sources = [
        "https://example.com/x.png",
        "docs/fake.png",
        "docs/big.png",
        "docs/gone.png",
        "./docs/a.png",
        "docs/a.png",
        *names,
    ]
    document = parse_readme("# t\n\n" + "\n\n".join(f"![x]({src})" for src in sources), "README.md")
    pictures = await gather_pictures(document, LocalFiles(root), work.keep_bytes)
    assert [picture.src for picture in pictures] == ["./docs/a.png", *names[:5]]
    assert work.path(pictures[0].artifact).read_bytes() == PNG
    assert {picture.artifact.suffix for picture in pictures} == {".png"}
