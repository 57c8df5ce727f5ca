"""The measurements that an estimate stands on: steps of their own, whose results are kept in the user's cache folder.

They run in a process of their own, so that the memory that it comes to need is that of a job. What was measured once is
used again for as long as processor, threads, versions, kind of device, precision and the encoder's shape are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crossglot.encoders.model_files import read_object
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.files import user_cache
from crossglot.pretraining.shapes import Shape
from crossglot.runtime import Runtime, machine
from crossglot.steps.arguments import CorpusSplit, EncoderReference
from crossglot.steps.measure_counting import COUNTED, Counted, MeasureCounting
from crossglot.steps.measure_encoder import SPEEDS, MeasureEncoder, Speeds
from crossglot.steps.measure_pretraining import SPEED, MeasurePretraining, PretrainingSpeed

NOT_OF_ITS_SHAPE = frozenset({"_name_or_path", "transformers_version", "architectures", "torch_dtype", "dtype"})
"""What a configuration says of an encoder that changes nothing of how fast it is."""

MEASURED_THREADS = 1
"""Threads that are measured with: those of one process wait for each other, processes of one thread do not."""

Say = Callable[[str], None]


def calibrations() -> Path:
    """The folder of what was measured."""
    return user_cache() / "calibrations"


class Calibration:
    """Measures what was not measured before; each kind of thing is asked by what it depends on."""

    def __init__(self, runtime: Runtime, *, anew: bool = False, say: Say = lambda _: None) -> None:
        self.runtime, self._anew, self._say = runtime, anew, say
        self._store, self._measured = Store(calibrations()), set[str]()
        self.machine = _machine(runtime)

    def encoder(self, encoder: EncoderReference, precision: str) -> Speeds:
        """What an encoder's shape costs.

        Raises:
            CrossglotError: if it cannot be loaded, or measured.
        """
        runtime = Runtime(self.runtime.device, "bf16" if precision == "bf16" else "fp32")
        step = MeasureEncoder(
            encoder=encoder, shape=shape_of(encoder), machine=self.machine,
            precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
        )  # fmt: skip
        return Speeds.model_validate_json((self._result(step) / SPEEDS).read_bytes())

    def counting(
        self, source: CorpusSplit, target: CorpusSplit, encoder: EncoderReference | None, baselines: Iterable[str]
    ) -> Counted:
        """What steps without an encoder cost.

        Raises:
            CrossglotError: if a corpus cannot be read.
        """
        step = MeasureCounting(
            source=source, target=target, encoder=encoder, baselines=tuple(sorted(baselines)), machine=self.machine
        )
        return Counted.model_validate_json((self._result(step) / COUNTED).read_bytes())

    def pretraining(self, shape: Shape) -> PretrainingSpeed:
        """What pretraining an encoder of that shape costs."""
        runtime = self.runtime
        step = MeasurePretraining(
            shape=shape.changed(steps=100), machine=self.machine,
            precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
        )  # fmt: skip
        return PretrainingSpeed.model_validate_json((self._result(step) / SPEED).read_bytes())

    def _result(self, step: Step) -> Path:
        again = self._anew and step.id not in self._measured
        self._measured.add(step.id)
        if again:
            self._forget(step)
        if self._store.state(step) != "finished":
            self._say(f"{step.title}: once for this machine, some tens of seconds")
            # Of two jobs, of which one has nothing to do: a single one would run in this process.
            outcome = Local(jobs=2, threads=MEASURED_THREADS).run(Plan.of([step]), self._store)
            if (error := outcome.error()) is not None:
                raise error
        return self._store.result(step)

    def _forget(self, step: Step) -> None:
        import shutil

        shutil.rmtree(self._store.folder / step.id, ignore_errors=True)
        self._store = Store(calibrations())


def shape_of(encoder: EncoderReference) -> str:
    """What of an encoder's configuration its speed depends on, as JSON: equal for M-BERT and what is like it."""
    config: dict[str, Any] = read_object(_config_file(encoder))
    said = {name: value for name, value in config.items() if name not in NOT_OF_ITS_SHAPE}
    return json.dumps(said, sort_keys=True)


def _config_file(encoder: EncoderReference) -> Path:
    from crossglot.encoders.hub import download_file

    here = Path(encoder.location)
    return here / "config.json" if here.is_dir() else download_file(encoder.location, encoder.revision, "config.json")


def _machine(runtime: Runtime) -> tuple[str, ...]:
    facts = machine()
    device = facts.get("gpu", "") if runtime.kind != "cpu" else facts["processor"]
    packages = (f"{name} {version(name)}" for name in ("crossglot", "torch", "transformers"))
    return (device, f"{facts['cores']} cores", "one thread", *packages)
