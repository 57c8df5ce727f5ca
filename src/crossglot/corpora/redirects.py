"""Which addresses are followed: https anywhere, plain http on this machine alone, and from https never to less."""

from __future__ import annotations

import os
import urllib.request
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit

from crossglot.errors import DataError

_THIS_MACHINE = ("localhost", "127.0.0.1")


def is_safe(url: str, *, local: bool) -> bool:
    """Whether an address may be asked; with `local` this machine itself, too."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all
        return False
    return parts.scheme == "https" or (local and parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


def mirrored(url: str) -> str:
    """Where an address is asked for: where CROSSGLOT_MIRROR is set there, `<mirror>/<host>/<path>`, and nowhere else.

    As HF_ENDPOINT takes the hub's place, it takes that of all hosts of corpora.
    """
    mirror = os.environ.get("CROSSGLOT_MIRROR", "").rstrip("/")
    return f"{mirror}/{url.partition('://')[2]}" if mirror else url


def host_of(url: str) -> str:
    """The host of an address, with its port; empty where there is none."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


class SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect from https to https only, and on this machine itself."""

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> IO[bytes] | None:
        """A redirect of any kind; urllib leaves the connection open where it leads to no address."""
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except OverflowError as error:  # urllib reads what it redirects from, however long that says it is
            fp.close()
            raise ValueError("a redirect of impossible length") from error
        except Exception:
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The request that a redirect leads to; it asks for the same bytes."""
        if not is_safe(newurl, local=urlsplit(req.full_url).hostname in _THIS_MACHINE):
            remedy = "Corpora are fetched over https only: the address must have moved; see docs/data.md."
            raise DataError(f"redirects to {newurl}", path=req.full_url, remedy=remedy)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
