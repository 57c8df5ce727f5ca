"""Addresses and messages without the passwords in them."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote, urlsplit

SECRETS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
"""Variables of the environment whose values are said to nobody."""

_BEFORE_HOST = re.compile(r"//[^/\s'\"]*@")
_HEADER = re.compile(r"\b(Basic|Bearer) +[^\s'\",;]+", re.IGNORECASE)
"""What a server may repeat of a request: user and password in it are not legible, but all there."""
HIDDEN = "…"


def shown_address(address: str) -> str:
    """An address without user, password and query, any of which may be a secret: `http://host:5000/path`."""
    plain = _BEFORE_HOST.sub("//", address)
    return plain.partition("?")[0]


def without_secrets(text: str, address: str) -> str:
    """A message without what is secret in an address that it may repeat, and in the environment."""
    try:
        parts = urlsplit(address)
        own = [parts.username, parts.password, parts.query]
    except ValueError:
        own = []
    secrets = {secret for each in (*own, *map(os.environ.get, SECRETS)) if each for secret in (each, unquote(each))}
    text = _HEADER.sub(rf"\1 {HIDDEN}", _BEFORE_HOST.sub("//", text))
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
