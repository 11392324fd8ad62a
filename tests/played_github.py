"""A GitHub played by a real local server, and what tests of GitHub sources share."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" + "0" * 34
TOKEN = "ghp_thisIsNotARealToken"  # noqa: S105 - made up
README = b"# Quill\n\nA pen.\n"

Reply = tuple[int, dict[str, str], bytes]


def reply(value: Any, status: int = 200, **headers: str) -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"Content-Type": "application/json", **named}, body


def content(data: bytes, path: str = "README.md", **more: Any) -> dict[str, Any]:
    text = base64.encodebytes(data).decode()
    return {"type": "file", "path": path, "encoding": "base64", "size": len(data), "content": text, **more}


class PlayedGitHub:
    """Answers by path: one reply for ever, or a list of replies of which the last stays."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        played = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                played.asked.append((self.path, {name.lower(): text for name, text in self.headers.items()}))
                raw = "raw" in self.headers.get("Accept", "")
                replies = played.replies.get(f"raw {self.path}" if raw else self.path) or played.replies.get(self.path)
                status, headers, body = (
                    (replies.pop(0) if len(replies) > 1 else replies[0]) if replies else reply({}, 404)
                )
                if status == 0:  # hang up
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.on("/repos/acme/quill", reply(about()))
        self.on("/repos/acme/quill/commits/main", reply(COMMIT.encode()))
        self.on(f"/repos/acme/quill/readme?ref={COMMIT}", reply(content(README)))

    def on(self, path: str, *replies: Reply) -> None:
        self.replies[path] = list(replies)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def about(**more: Any) -> dict[str, Any]:
    return {
        "name": "quill",
        "owner": {"login": "acme"},
        "description": "A pen \u202efor pages",
        "topics": ["pens", "ink"],
        "language": "Python",
        "license": {"spdx_id": "MIT"},
        "stargazers_count": 1234,
        "homepage": "",
        "default_branch": "main",
        "private": False,
        **more,
    }


@contextmanager
def playing() -> Iterator[PlayedGitHub]:
    """A played GitHub that answers until the end of the block."""
    github = PlayedGitHub()
    thread = threading.Thread(target=lambda: github.server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield github
    finally:
        github.server.shutdown()
        github.server.server_close()
        thread.join()
