"""The floor of spelling: logistic regression on character n-grams of a word and of its neighbours, in seconds.

It knows how words and those beside them are written, and nothing else: no pretraining, no network, no order but the
nearest. Features are hashed, so that no list of them is kept. A word form brings the same features wherever it stands;
so scores are computed once per form and place, and words gather those of the forms around them: a tenth of the work
of a matrix with a row per word, and the same numbers.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from crossglot import __version__
from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered, gathered_tagged, words_of
from crossglot.corpora.tasks import TaggerTask
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.tagger import Progress, TaggerBase
from crossglot.tagging.tagger_files import check_labels, read_about, read_tensors, write_tagger
from crossglot.tagging.word_vectors import WordVectors

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

LONGEST = 4
"""Characters of the longest n-grams, the marks of a word's two ends among them."""

REACH = 2
"""How many words before and after a word are read."""

PLACES = 2 * REACH + 1

MOST_BUCKETS, MOST_WEIGHTS = 2**14, 2_000_000
"""Buckets that features are hashed into, a power of two; fewer where many labels would make it more weights."""

PENALTY = 1e-5
MOST_ITERATIONS, TOLERANCE, REMEMBERED = 60, 1e-6, 5
"""More iterations give next to nothing; L-BFGS remembers few of them, since each takes two copies of all weights."""

_NOWHERE = ""
"""The form beyond a sentence's ends; no word is empty."""


@dataclass(frozen=True, eq=False)
class CharacterNGrams(TaggerBase):
    """Multinomial logistic regression on how a word and `REACH` words to both sides of it are spelled.

    Each form brings its n-grams of up to `LONGEST` characters, the whole form, both of them in lower case, and its
    shape (`Xx`, `9.9`). Entities are labelled word by word and spans follow by conlleval's rules.

    Attributes:
        labels: the tags that it can give.
        weight: float32, (buckets, PLACES · labels).
        bias: float32, (labels,).
    """

    NAME: ClassVar[str] = "character n-grams"
    ROLE: ClassVar[Literal["floor", "baseline"]] = "floor"
    SEEDED: ClassVar[bool] = False

    labels: Labels
    weight: torch.Tensor
    bias: torch.Tensor

    @classmethod
    def fit(
        cls,
        sentences: Iterable[TaggedSentence],
        *,
        task: str = "pos",
        seed: int = 0,  # noqa: ARG003
        dev: Iterable[TaggedSentence] = (),  # noqa: ARG003
        languages: Sequence[str] = (),  # noqa: ARG003
        word_languages: Sequence[Sequence[str]] = (),  # noqa: ARG003
        progress: Progress | None = None,  # noqa: ARG003
        vectors: WordVectors | None = None,  # noqa: ARG003
    ) -> CharacterNGrams:
        """Fits the weights by L-BFGS, of many words on a sample, always the same one; see `Baseline`."""
        import numpy as np
        import torch

        from crossglot.tagging.logistic import MOST_SCORES, at_most, fit_weights

        every = gathered_tagged(sentences)
        labels = label_set(task, every)
        chosen = at_most(every, MOST_SCORES // len(labels))
        buckets = _buckets(len(labels))
        forms, around = _forms_around(sentence.words for sentence in chosen)
        features = _features(forms, buckets)
        by_feature = features.T.tocsr()
        places = [_words_of_forms(around[:, place], len(forms)) for place in range(PLACES)]
        weights = buckets * PLACES * len(labels)

        def scores(flat: NDArray[np.float64]) -> torch.Tensor:
            weight = flat[:weights].reshape(buckets, -1).astype(np.float32)
            return _scores(features, around, weight, torch.from_numpy(flat[weights:]).float())

        def slope(excess: torch.Tensor) -> torch.Tensor:
            of_words = excess.numpy()
            of_forms = np.concatenate([place @ of_words for place in places], axis=1)
            return torch.from_numpy(np.concatenate([(by_feature @ of_forms).ravel(), of_words.sum(axis=0)]))

        found = fit_weights(
            weights + len(labels), torch.tensor(labels.encode(chosen)), scores, slope,
            penalty=PENALTY, iterations=MOST_ITERATIONS, tolerance=TOLERANCE, memory=REMEMBERED,
        )  # fmt: skip
        both = torch.from_numpy(found).float()
        return cls(labels, both[:weights].reshape(buckets, -1), both[weights:])

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """See `Tagger`."""
        words = [tuple(words_of(sentence)) for sentence in gathered(sentences)]
        if not any(words):
            return [() for _ in words]
        forms, around = _forms_around(words)
        features = _features(forms, len(self.weight))
        best = _scores(features, around, self.weight.numpy(), self.bias).argmax(dim=-1)
        tags = iter(self.labels.decode(best.tolist()))
        return [tuple(next(tags) for _ in sentence) for sentence in words]

    def save(self, folder: str | Path) -> None:
        """Writes `tagger.json` and `model.safetensors`; see `Tagger`."""
        about = _About(
            kind=self.NAME, task=self.task, labels=self.labels.names, buckets=len(self.weight), features=1,
            crossglot=__version__,
        )  # fmt: skip
        write_tagger(folder, about, {"weight": self.weight, "bias": self.bias})

    @classmethod
    def load(cls, folder: Path) -> CharacterNGrams:
        """See `Baseline`."""
        about = read_about(folder, _About)
        check_labels(folder, about.labels)
        shapes = {"weight": (about.buckets, PLACES * len(about.labels)), "bias": (len(about.labels),)}
        why = f"{len(about.labels)} labels and {about.buckets} buckets of tagger.json"
        return cls(Labels(about.task, about.labels), **read_tensors(folder, shapes, why))


class _About(BaseModel):
    """What `tagger.json` holds; `features` numbers the ways to spell a form in n-grams, of which there is one."""

    model_config = ConfigDict(frozen=True)

    kind: str
    task: TaggerTask
    labels: tuple[str, ...]
    buckets: int = Field(ge=1, le=MOST_BUCKETS)
    features: Literal[1]
    crossglot: str


def spelling(form: str) -> Iterator[str]:
    """What a form's spelling brings: n-grams and the whole form, as written and in lower case, and its shape."""
    yield from _ngrams(form, "")
    if form.lower() != form:
        yield from _ngrams(form.lower(), "~")
    classes = ("X" if c.isupper() else "x" if c.islower() else "9" if c.isdigit() else c for c in form)
    yield "#" + re.sub(r"(.)\1+", r"\1\1", "".join(classes), flags=re.DOTALL)


def _ngrams(form: str, mark: str) -> Iterator[str]:
    yield f"{mark}={form}"
    ended = f"<{form}>"
    for length in range(1, LONGEST + 1):
        yield from (mark + ended[start : start + length] for start in range(len(ended) - length + 1))


def _buckets(labels: int) -> int:
    """The largest power of two that keeps to `MOST_BUCKETS` and, if possible, to `MOST_WEIGHTS`."""
    most = max(1, min(MOST_BUCKETS, MOST_WEIGHTS // (PLACES * labels)))
    return 1 << (most.bit_length() - 1)


def _forms_around(sentences: Iterable[Sequence[str]]) -> tuple[list[str], NDArray[np.int64]]:
    """All forms, and for each word the numbers of the forms at its places: (words, PLACES), from before to after."""
    import numpy as np

    number: dict[str, int] = {_NOWHERE: 0}
    flat = [0] * REACH
    at: list[int] = []
    for words in sentences:
        at.extend(range(len(flat), len(flat) + len(words)))
        flat.extend(number.setdefault(word, len(number)) for word in words)
        flat.extend([0] * REACH)
    offsets = np.arange(-REACH, REACH + 1)
    return list(number), np.array(flat, dtype=np.int64)[np.array(at, dtype=np.int64)[:, None] + offsets]


def _features(forms: Sequence[str], buckets: int) -> Any:
    """A sparse matrix (forms, buckets) with a one where a form has a feature; CRC-32 says into which bucket it goes."""
    import numpy as np
    from scipy import sparse

    found = [
        sorted({zlib.crc32(feature.encode("utf-8", "surrogatepass")) % buckets for feature in spelling(form)})
        for form in forms
    ]
    starts = np.cumsum([0, *map(len, found)])
    columns = np.fromiter((bucket for one in found for bucket in one), np.int32, int(starts[-1]))
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_matrix((ones, columns, starts), shape=(len(forms), buckets))


def _words_of_forms(form_of: NDArray[np.int64], forms: int) -> Any:
    """A sparse matrix (forms, words) that adds up what belongs to each form's words at one place."""
    import numpy as np
    from scipy import sparse

    words = np.arange(len(form_of))
    return sparse.csr_matrix((np.ones(len(words), np.float32), (form_of, words)), shape=(forms, len(words)))


def _scores(features: Any, around: NDArray[np.int64], weight: NDArray[np.float32], bias: torch.Tensor) -> torch.Tensor:
    """(words, labels): what the forms at a word's places have to say, added up."""
    import torch

    of_forms = torch.from_numpy(features @ weight).view(features.shape[0], PLACES, len(bias))
    total = bias.expand(len(around), -1).clone()
    for place, numbers in enumerate(torch.from_numpy(around).unbind(dim=1)):
        total += of_forms[:, place].index_select(0, numbers)
    return total
