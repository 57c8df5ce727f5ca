"""Device, precision and threads: asked once, recorded in every result; and how the C library treats freed memory."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crossglot.errors import UsageError
from crossglot.limits import THREADS
from crossglot.remedies import way, ways

if TYPE_CHECKING:
    import torch

Precision = Literal["fp32", "bf16"]

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The environment variable that says which GPUs a process sees."""

MALLOC_KEEPS = ((-4, 0), (-1, 2**31 - 1))
"""What malloc.h calls M_MMAP_MAX: no block is mapped alone; M_TRIM_THRESHOLD: the heap is cut above 2 GB of waste."""

CONTAINERS_MEMORY = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where and how numbers are computed.

    `device` is a torch device string. `precision` is resolved, never "auto": under "bf16" activations and matrix
    products are in bfloat16, while the weights that an optimiser changes stay in fp32.
    """

    device: str = "cpu"
    precision: Precision = "fp32"

    @property
    def kind(self) -> str:
        """Device kind without an index (`cuda:1` → `cuda`): this, not the index, is part of a step's identity."""
        return self.device.partition(":")[0]


def resolve_runtime(device: str = "auto", precision: str = "auto", *, threads: int | None = None) -> Runtime:
    """Where and how this process computes: see `plan_runtime`; the device has to be here, and threads are set as well.

    Raises:
        UsageError: for a device that torch does not see, an unknown precision, or less than one thread.
    """
    use_threads(threads)
    runtime = plan_runtime(device, precision)
    require_device(runtime.device)
    return runtime


def plan_runtime(device: str = "auto", precision: str = "auto") -> Runtime:
    """Turns `auto` into what this machine has; a GPU that is named need not be here, for a plan may be run elsewhere.

    `precision="auto"` is bf16 where the hardware multiplies in it (CUDA from Ampere on, CPUs with AVX512-BF16 or AMX)
    and fp32 elsewhere: without such units bf16 on a CPU is slower than fp32. Of a GPU that is not here it is taken to
    be bf16, which every one has that was built since 2020.

    Raises:
        UsageError: for a device that is none, or an unknown precision.
    """
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise UsageError(f"unknown device '{device}': use auto, cpu, cuda or cuda:N") from error
    if found.type not in ("cpu", "cuda") or (found.type == "cpu" and found.index):
        raise UsageError(f"device '{device}' is not supported: use auto, cpu, cuda or cuda:N")
    if precision == "auto":
        return Runtime(device, "bf16" if multiplies_in_bf16(found) else "fp32")
    if precision not in ("fp32", "bf16"):
        raise UsageError(f"unknown precision '{precision}': use auto, fp32 or bf16")
    return Runtime(device, "fp32" if precision == "fp32" else "bf16")


def require_device(device: str) -> None:
    """Makes sure that torch sees a device on this machine.

    Raises:
        UsageError: if it does not.
    """
    import torch

    wanted = torch.device(device)
    if wanted.type != "cuda":
        return
    if not torch.cuda.is_available():
        raise _sees(device, "no GPU here", ways(way("use the CPU", "device", "cpu"), _how_to_see_one()))
    count = torch.cuda.device_count()
    if (wanted.index or 0) >= count:
        there = "one GPU here, cuda:0" if count == 1 else f"{count} GPUs here, cuda:0 to cuda:{count - 1}"
        one = way("take one that is there", "device", "cuda:0")
        raise _sees(device, there, ways(one, way("any of them", "device", "cuda")))


def _sees(device: str, what: str, remedy: str) -> UsageError:
    named = os.environ.get(VISIBLE)
    among = "" if named is None else f' ({VISIBLE}="{named}")'
    return UsageError(f"device '{device}' was asked for, but torch sees {what}{among}\n  {remedy}")


def _how_to_see_one() -> str:
    import torch

    if torch.version.cuda is None and torch.version.hip is None:
        return f"install a torch for GPUs (torch {torch.__version__} is for processors alone)"
    if VISIBLE in os.environ:
        return f"unset {VISIBLE}, or name GPUs in it that nvidia-smi lists"
    return "see whether nvidia-smi lists one"


def visible_gpus() -> tuple[str, ...]:
    """The GPUs that this process may use, each as CUDA_VISIBLE_DEVICES names it for a process that is to see it alone.

    Where that variable is set they are its entries as they stand there (`2`, `GPU-8932f937…`), as many as CUDA takes:
    none after the first that is not there. A process sees one slice of a divided GPU (MIG) at most, so that of several
    all are taken to be there.
    """
    import torch

    if not torch.cuda.is_available():
        return ()
    count, named = torch.cuda.device_count(), os.environ.get(VISIBLE)
    if named is None:
        return tuple(map(str, range(count)))
    entries = [entry.strip() for entry in named.split(",")]
    if entries[0].startswith("MIG-"):
        return tuple(dict.fromkeys(takewhile(lambda entry: entry.startswith("MIG-"), entries)))
    return tuple(entries[:count])


def use_threads(threads: int | None) -> None:
    """Sets how many threads torch computes with in this process; None leaves that as it is.

    Raises:
        UsageError: for less than one, or more than there can be.
    """
    if threads is None:
        return
    import torch

    THREADS.check(threads, "threads")
    torch.set_num_threads(threads)


def multiplies_in_bf16(device: torch.device) -> bool:
    """Whether this device has units for bfloat16 products; a GPU that is not here is taken to have them.

    Of `cuda`, which may be any of several GPUs, whether all of them have.
    """
    import torch

    if device.type == "cuda":
        here = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
        asked = [index for index in here if device.index in (None, index)]
        return torch.version.hip is not None or all(torch.cuda.get_device_capability(index)[0] >= 8 for index in asked)
    onednn = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    return device.type == "cpu" and onednn and bool(torch.cpu._is_avx512_bf16_supported())


@cache
def keep_freed_memory() -> None:
    """Lets glibc keep what is freed, for this process, instead of giving large blocks back to the system.

    Prediction asks for blocks above 32 MB layer after layer, pretraining for smaller ones step after step. Given back,
    each returns as untouched pages, one fault for 4 KB of them: on a virtual machine a twelfth of the time of
    prediction in fp32, a tenth of a small pretraining's and of fine-tuning's. Does nothing where the C library is
    another one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for parameter, value in MALLOC_KEEPS:
            mallopt(parameter, value)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keeps Python from looking for garbage while a block makes objects by the hundred thousand, all of which stay.

    A vocabulary of 250,000 pieces is read a quarter faster so.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def give_back_memory() -> None:
    """Gives what was freed back to the system, small blocks too, which glibc keeps, and GPU memory that torch keeps."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def machine_memory() -> int:
    """Bytes of memory that this process may have: the machine's, or its container's if that has less."""
    found = [sys.maxsize]
    with suppress(AttributeError, ValueError, OSError):  # systems that do not say
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for limit in map(Path, CONTAINERS_MEMORY):
        with suppress(OSError, ValueError):  # there is no container, or it has no limit ("max")
            found.append(int(limit.read_text(encoding="ascii")))
    return min(found)


def machine() -> dict[str, str]:
    """Facts about the machine for `versions.json`: processor, cores, threads in use, GPUs that this process may use."""
    import platform

    import torch

    facts = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor_name(),
        "cores": str(os.cpu_count()),
        "threads": str(torch.get_num_threads()),
    }
    if torch.cuda.is_available():
        names = Counter(map(torch.cuda.get_device_name, range(torch.cuda.device_count())))
        facts["gpu"] = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in names.items())
    return facts


def _processor_name() -> str:
    """The processor as it names itself; Python knows only its architecture."""
    import platform

    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
