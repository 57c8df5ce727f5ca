"""Device and precision are resolved once, and what cannot be had is said."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from crossglot.errors import UsageError
from crossglot.runtime import MALLOC_KEEPS, Runtime, keep_freed_memory, machine, multiplies_in_bf16, resolve_runtime


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)


def test_auto_takes_the_processor_without_a_gpu(no_gpu: None) -> None:
    runtime = resolve_runtime()
    assert runtime.device == "cpu"
    assert runtime.precision == ("bf16" if multiplies_in_bf16(torch.device("cpu")) else "fp32")


def test_auto_takes_the_gpu_where_there_is_one(two_gpus: None) -> None:
    assert resolve_runtime() == Runtime("cuda", "bf16")
    assert resolve_runtime("cuda:1", "fp32") == Runtime("cuda:1", "fp32")


def test_a_processor_without_units_for_bf16_computes_in_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    assert resolve_runtime("cpu").precision == "fp32"
    assert resolve_runtime("cpu", "bf16").precision == "bf16"  # asked for by name, it is had


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [
        ("cuda", "auto", "'cuda' was asked for, but torch sees no GPU"),
        ("gpu", "auto", "unknown device 'gpu'"),
        ("meta", "auto", "'meta' is not supported"),
        ("cpu", "fp16", "unknown precision 'fp16'"),
    ],
)
def test_what_cannot_be_had_is_refused(no_gpu: None, device: str, precision: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        resolve_runtime(device, precision)


def test_a_gpu_beyond_the_last_is_refused(two_gpus: None) -> None:
    with pytest.raises(UsageError, match="only 2 GPUs"):
        resolve_runtime("cuda:2")


def test_no_threads_are_refused() -> None:
    with pytest.raises(UsageError, match=r"threads: has to be a whole number .*not 0"):
        resolve_runtime(threads=0)


def test_the_kind_of_device_has_no_number() -> None:
    assert (Runtime("cuda:1").kind, Runtime("cpu").kind) == ("cuda", "cpu")


def test_the_machine_is_described() -> None:
    facts = machine()
    assert facts["processor"]
    assert facts["python"].startswith("3.")
    assert int(facts["threads"]) >= 1


def test_what_is_asked_of_the_c_library_is_asked_once_where_there_is_such_a_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it is good for, the machine decides: benchmarks measure it."""
    ask, asked = keep_freed_memory.__wrapped__, []
    glibc, other = SimpleNamespace(mallopt=lambda *given: asked.append(given)), SimpleNamespace()
    for platform, library, times in (("linux", glibc, 1), ("linux", other, 0), ("darwin", glibc, 0)):
        asked.clear()
        monkeypatch.setattr("crossglot.runtime.sys.platform", platform)
        monkeypatch.setattr("crossglot.runtime.ctypes.CDLL", lambda _, library=library: library)
        ask()
        assert asked == list(MALLOC_KEEPS) * times
    keep_freed_memory()
    assert keep_freed_memory.cache_info().currsize == 1
