"""What a run took: time, processor and GPU time, and how much was read and predicted, by kind of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossglot.drawing.markup import Markup, element
from crossglot.drawing.wording import NO_VALUE
from crossglot.report.facts import facts_table

KINDS = {
    "TrainAndPredict": "fine-tuning, and predicting with the taggers",
    "FindRecipe": "searching start and learning rate",
    "ProbeAndPredict": "linear probes",
    "EmbedWords": "vectors of words, for linear probes",
    "CountAndPredict": "taggers without an encoder",
    "ScoreRows": "scoring",
    "AnalyseErrors": "analysing errors",
    "CountPieces": "counting word pieces",
    "EmbedLines": "vectors of sentences",
    "GivenVectors": "reading vectors made elsewhere",
    "Translate": "looking for translations",
    "TranslateByPieces": "looking for translations by shared pieces",
    "ScoreTranslations": "scoring translations",
    "MakeLab": "constructing languages",
    "Pretrain": "pretraining",
    "TrainOnLab": "pretraining and fine-tuning on constructed languages",
}
"""Kind of step → what it does; others are called by their name."""
EXPLAINED = (
    "Time is that of the finished steps, one after another, whenever they were run; core time is processor time, "
    "summed over threads; on a GPU, its time is the steps'. Sentences and words trained on count once in every epoch."
)


def effort_table(effort: Sequence[Mapping[str, Any]]) -> Markup:
    """A line for each kind of work and one for all, or that the run did not record it."""
    if not effort:
        return element("p", "Time and amounts were not recorded by this run.", class_="aside")
    heads = ["work", "steps", "time", "core time"]
    on_gpu = any(each.get("device", "cpu") != "cpu" for each in effort)
    pretrained = any(each.get("pretrained_pieces") for each in effort)
    heads += [*(["GPU time"] if on_gpu else []), "trained on", "predicted", *(["pretrained on"] if pretrained else [])]
    rows = [_row(_words(each), [each], heads) for each in effort]
    if len(effort) > 1:
        rows.append(_row("all", effort, heads))
    table = facts_table("Time and amounts, by kind of work", heads, rows)
    return element("div", table, element("p", EXPLAINED, class_="aside"))


def in_short(effort: Sequence[Mapping[str, Any]]) -> str:
    """`7 min 8 s of processor time`; empty where nothing is recorded."""
    if not effort:
        return ""
    cores, gpu = _sum(effort, "core_seconds"), _sum(_on_gpu(effort), "seconds")
    parts = [f"{duration(cores)} of processor time" if cores is not None else f"{duration(_sum(effort, 'seconds'))}"]
    return " and ".join([*parts, *([f"{duration(gpu)} of a GPU" if gpu else ""] if gpu else [])])


def duration(seconds: float | None) -> str:
    """`0.4 s`, `41 s`, `3 min 20 s`, `2 h 5 min`; a dash for None."""
    if seconds is None:
        return NO_VALUE
    if seconds < 10:
        return f"{seconds:.1f} s"
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes} min"


def _words(each: Mapping[str, Any]) -> str:
    kind = str(each.get("step", NO_VALUE))
    return KINDS.get(kind, kind)


def _on_gpu(effort: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in effort if each.get("device", "cpu") != "cpu"]


def _sum(effort: Iterable[Mapping[str, Any]], name: str) -> float | None:
    """None if one does not say; such amounts as are left out are nothing."""
    values = [each.get(name, 0) for each in effort]
    return None if None in values else sum(values)


def _row(name: str, of: Sequence[Mapping[str, Any]], heads: Sequence[str]) -> list[str]:
    said = {
        "work": name,
        "steps": f"{_sum(of, 'steps'):,}",
        "time": duration(_sum(of, "seconds")),
        "core time": duration(_sum(of, "core_seconds")),
        "GPU time": duration(_sum(_on_gpu(of), "seconds")) if _on_gpu(of) else NO_VALUE,
        "trained on": _read(of, "trained"),
        "predicted": _read(of, "predicted"),
        "pretrained on": f"{pieces:,} pieces" if (pieces := _sum(of, "pretrained_pieces")) else NO_VALUE,
    }
    return [said[head].replace(" ", "\u00a0") if "time" in head else said[head] for head in heads]


def _read(of: Sequence[Mapping[str, Any]], what: str) -> str:
    sentences, words = (_sum(of, f"{what}_{size}") for size in ("sentences", "words"))
    return f"{sentences:,} sentences, {words:,} words" if sentences else NO_VALUE
