"""How long a finished run took: seconds on one core by experiment, from the records of the store."""

from __future__ import annotations

from pathlib import Path

from crossglot.engine.plan import Plan
from crossglot.studies.planning import plan_study
from crossglot.studies.study import load_study


def spent(out: Path) -> dict[str, float]:
    """Experiment, or name of a lab or encoder made for all of them → seconds that its steps took.

    A step that several experiments need counts for the first.

    Raises:
        CrossglotError: if the folder's study or its data are no longer there.
    """
    plan = plan_study(load_study(out / "study.toml"), out)
    seconds = {step.id: step.seconds for step in plan.store.known()}
    found = {"lab": seconds.pop(plan.setting.corpora.root.parent.name, 0.0)}
    for candidate in plan.setting.candidates:
        found[candidate.encoder.name] = seconds.pop(Path(candidate.encoder.location).name, 0.0)
    found = {name: taken for name, taken in found.items() if taken}
    for experiment, layout in plan.layouts:
        of_rows = zip(plan.rows, plan.scores, plan.analyses, strict=True)
        ends = [
            step for row, *steps in of_rows if row.table.key == experiment.key for step in steps if step is not None
        ]
        found[experiment.key] = sum(seconds.pop(step.id, 0.0) for step in Plan.of([*ends, *layout.steps]).steps)
    return found
