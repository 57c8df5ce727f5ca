"""Device and precision are resolved once, and what cannot be had is said."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import pytest
import torch

from crossglot.errors import UsageError
from crossglot.runtime import (
    MALLOC_KEEPS,
    Runtime,
    keep_freed_memory,
    machine,
    multiplies_in_bf16,
    no_collecting,
    plan_runtime,
    resolve_runtime,
    visible_gpus,
)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 0))


def test_auto_takes_the_processor_without_a_gpu(no_gpu: None) -> None:
    runtime = resolve_runtime()
    assert runtime.device == "cpu"
    assert runtime.precision == ("bf16" if multiplies_in_bf16(torch.device("cpu")) else "fp32")


def test_auto_takes_the_gpu_where_there_is_one(two_gpus: None) -> None:
    assert resolve_runtime() == Runtime("cuda", "bf16")
    assert resolve_runtime("cuda:1", "fp32") == Runtime("cuda:1", "fp32")


@pytest.mark.parametrize(
    ("device", "precision"), [("cuda:0", "fp32"), ("cuda:1", "bf16"), ("cuda", "fp32"), ("cuda:5", "bf16")]
)
def test_of_different_gpus_the_one_that_is_meant_is_asked_or_all(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch, device: str, precision: str
) -> None:
    """What may run on either computes alike on both; one that is not here is taken to be recent."""
    monkeypatch.setattr(torch.cuda, "get_device_capability", [(7, 0), (9, 0)].__getitem__)
    monkeypatch.setattr(torch.version, "hip", None)
    assert plan_runtime(device).precision == precision


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


@pytest.mark.parametrize(
    ("count", "device", "there"),
    [(2, "cuda:2", "2 GPUs here, cuda:0 to cuda:1"), (1, "cuda:1", "one GPU here, cuda:0")],
)
def test_a_gpu_beyond_the_last_is_refused(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch, count: int, device: str, there: str
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    remedy = "take one that is there (device cuda:0) or any of them (device cuda)"
    with pytest.raises(UsageError) as refused:
        resolve_runtime(device)
    assert str(refused.value) == f"device '{device}' was asked for, but torch sees {there}\n  {remedy}"


@pytest.mark.parametrize(
    ("built_for", "visible", "among", "remedy"),
    [
        (None, None, "", f"install a torch for GPUs (torch {torch.__version__} is for processors alone)"),
        (
            "13.0",
            "",
            ' (CUDA_VISIBLE_DEVICES="")',
            "unset CUDA_VISIBLE_DEVICES, or name GPUs in it that nvidia-smi lists",
        ),
        (
            "13.0",
            "9",
            ' (CUDA_VISIBLE_DEVICES="9")',
            "unset CUDA_VISIBLE_DEVICES, or name GPUs in it that nvidia-smi lists",
        ),
        ("13.0", None, "", "see whether nvidia-smi lists one"),
    ],
)
def test_why_there_is_no_gpu_is_said(
    no_gpu: None, monkeypatch: pytest.MonkeyPatch, built_for: str | None, visible: str | None, among: str, remedy: str
) -> None:
    monkeypatch.setattr(torch.version, "cuda", built_for)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    with pytest.raises(UsageError) as refused:
        resolve_runtime("cuda")
    said = f"device 'cuda' was asked for, but torch sees no GPU here{among}\n  use the CPU (device cpu) or {remedy}"
    assert str(refused.value) == said


@pytest.fixture
def four_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch asks the driver says four, of which a process sees those that CUDA_VISIBLE_DEVICES leaves it."""
    monkeypatch.setenv("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    monkeypatch.setattr(torch.cuda, "_is_compiled", lambda: True)
    monkeypatch.setattr(torch.cuda, "_raw_device_count_nvml", lambda: 4)
    monkeypatch.setattr(
        torch.cuda, "_raw_device_uuid_nvml", lambda: [f"GPU-{number}932f937-d72c" for number in range(4)]
    )
    monkeypatch.setattr(torch._C, "_cuda_getDeviceCount", lambda: 1, raising=False)  # slices (MIG) that it sees


@pytest.mark.parametrize(
    ("visible", "gpus"),
    [
        (None, ["0", "1", "2", "3"]),
        ("", []),
        ("-1", []),
        ("no", []),
        ("9", []),
        ("2", ["2"]),
        ("3,1", ["3", "1"]),
        (" 1, 2", ["1", "2"]),
        ("1,7,0", ["1"]),
        ("2,-1,3", ["2"]),
        ("0,0", []),  # CUDA takes none where one is named twice
        ("0,", ["0"]),
        ("GPU-1932f937-d72c,GPU-0932", ["GPU-1932f937-d72c", "GPU-0932"]),
        ("GPU-1932,GPU-77,GPU-0932", ["GPU-1932"]),
        ("MIG-a", ["MIG-a"]),
        ("MIG-a,MIG-b,MIG-c", ["MIG-a", "MIG-b", "MIG-c"]),
        ("MIG-a,MIG-b,0", ["MIG-a", "MIG-b"]),
    ],
)  # fmt: skip
def test_visible_gpus_are_those_that_the_variable_leaves(
    four_gpus: None, monkeypatch: pytest.MonkeyPatch, visible: str | None, gpus: list[str]
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert visible_gpus() == tuple(gpus)
    for gpu in gpus:  # a process that is given one sees one
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpu)
        assert visible_gpus() == (gpu,)


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


@pytest.mark.parametrize(
    ("names", "said"), [(["H100"], "H100"), (["H100", "H100"], "2 × H100"), (["T4", "H100", "T4"], "2 × T4, H100")]
)
def test_the_machines_gpus_are_counted(monkeypatch: pytest.MonkeyPatch, names: list[str], said: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(names))
    monkeypatch.setattr(torch.cuda, "get_device_name", names.__getitem__)
    assert machine()["gpu"] == said


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


def test_garbage_is_collected_again_after_a_block_without_it() -> None:
    with pytest.raises(KeyError), no_collecting():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
    gc.disable()
    try:
        with no_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
