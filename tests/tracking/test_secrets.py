"""What is said of a store holds no user, password or token."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.tracking.secrets import SECRETS, shown_address, without_secrets

WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=6, max_size=20)


@given(user=WORDS, password=WORDS, key=WORDS)
def test_no_part_of_an_address_that_may_be_secret_is_said(user: str, password: str, key: str) -> None:
    address = f"https://{quote(user, '')}:{quote(password, '')}@host:5000/path?key={quote(key, '')}"
    assert shown_address(address) == "https://host:5000/path"
    said = without_secrets(f"GET {address} failed ({password}, {quote(password, '')}; {address!r})", address)
    kept = said.replace("GET https://host:5000/path", "").replace("https://host:5000/path", "")
    for secret in (user, password):
        assert quote(secret, "") not in kept
        assert secret not in kept


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_of_the_environment_are_not_said(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter2")
    assert "hunter2" not in without_secrets("Bearer hunter2 is refused", "http://host")
    assert os.environ[name] == "hunter2"


@pytest.mark.parametrize("address", ["http://[::1", "", "file:///tmp/x", "sqlite:///mlflow.db", "mlruns"])
def test_addresses_without_secrets_are_said_whole(address: str) -> None:
    assert shown_address(address) == address
    assert without_secrets(f"no {address}", address) == f"no {address}"
