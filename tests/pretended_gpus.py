"""As `sitecustomize.py` in PYTHONPATH, has torch count two GPUs in every Python process, and compute on the processor.

Each process that loads torch adds the GPUs that it was given to the file that PRETENDED_GPUS_LOG names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

GPUS = 2


class WithGpus:
    """Finds torch, and changes it when it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_pretend(module: ModuleType) -> None:
                load(module)
                pretend(module)

            spec.loader.exec_module = load_and_pretend  # type: ignore[method-assign]
        return spec


def pretend(torch: Any) -> None:
    """Has torch count GPUs as it does where there are two, and take the processor where it is asked for one."""
    from torch.overrides import TorchFunctionMode

    class OnTheProcessor(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return function(*map(here, args), **{name: here(value) for name, value in (kwargs or {}).items()})

    def here(value: Any) -> Any:
        return "cpu" if isinstance(value, (str, torch.device)) and str(value).partition(":")[0] == "cuda" else value

    torch.cuda._raw_device_count_nvml = lambda: GPUS
    torch.cuda.device_count = torch.cuda._device_count_nvml
    torch.cuda.is_available = lambda: torch.cuda.device_count() > 0
    torch.cuda.get_device_capability = lambda _: (7, 0)
    torch.cuda.get_device_name = lambda _: "a pretended GPU"
    OnTheProcessor().__enter__()  # type: ignore[no-untyped-call]
    with Path(os.environ["PRETENDED_GPUS_LOG"]).open("a") as log:
        log.write(f"{os.environ.get('CUDA_VISIBLE_DEVICES', 'all')}\n")


sys.meta_path.insert(0, WithGpus())
