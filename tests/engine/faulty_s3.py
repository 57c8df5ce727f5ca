"""`python faulty_s3.py IP PORT FOLDER`: an S3 in memory (moto's) that can be slow, busy or away, as files there say.

`FOLDER/slow` delays each answer by half a second, `FOLDER/busy` has two of three refused with 503 SlowDown,
`FOLDER/away` closes its port until the file is gone. What is answered is written to `FOLDER/asked`, a line `METHOD
PATH` for each; `FOLDER/ready` is there when it answers.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUSY = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class Faulty:
    """The application around moto's."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._inner, self._numbers = folder, DomainDispatcherApplication(create_backend_app), count()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (self._folder / "slow").exists():
            time.sleep(0.5)
        if (self._folder / "busy").exists() and next(self._numbers) % 3:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(BUSY)))])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [BUSY]
        with self._lock, (self._folder / "asked").open("a") as log:
            log.write(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}\n")
        answer: Iterable[bytes] = self._inner(environ, start_response)
        return answer


def main(ip: str, port: str, folder: Path) -> None:
    application, away = Faulty(folder), folder / "away"
    while True:
        server = make_server(ip, int(port), application, threaded=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        (folder / "ready").touch()
        while not away.exists():
            time.sleep(0.05)
        (folder / "ready").unlink()
        server.shutdown()
        server.server_close()
        while away.exists():
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
