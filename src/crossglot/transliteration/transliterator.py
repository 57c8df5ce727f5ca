"""A transliterator: candidates for each word by an encoder–decoder, chosen in their sentence by a language model."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crossglot import __version__
from crossglot.checksums import CHECKSUMS, write_checksums
from crossglot.corpora.sampling import set_aside
from crossglot.corpora.transliteration import is_devanagari
from crossglot.encoders.checked_tensors import read_checked
from crossglot.encoders.model_files import read_object
from crossglot.encoders.weight_files import WEIGHTS
from crossglot.encoders.whole import check_whole
from crossglot.errors import DataError, ModelError
from crossglot.files import check_only, whole_folder
from crossglot.transliteration.alphabet import Alphabet, alphabet_of
from crossglot.transliteration.chat_spelling import chat_spelling, standard
from crossglot.transliteration.language_model import LanguageModel, language_model
from crossglot.transliteration.reranking import best_path
from crossglot.transliteration.settings import Candidates, Settings, copies

if TYPE_CHECKING:
    import torch

    from crossglot.transliteration.network import EncoderDecoder

ABOUT = "transliterator.json"
CANDIDATES = 5
"""Of a word, among which a sentence chooses."""

WEIGHTS_TRIED = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
MOST_HELD_OUT, SHARE_HELD_OUT = 200, 20

_log = logging.getLogger(__name__)


class About(BaseModel):
    """What `transliterator.json` holds.

    Attributes:
        read: characters of spellings.
        written: characters of words.
        counts: of the language model.
        weight: of the language model.
        settings: of the training.
        seed: likewise.
        crossglot: the version that wrote it.
    """

    model_config = ConfigDict(frozen=True)

    read: tuple[str, ...] = Field(min_length=1)
    written: tuple[str, ...] = Field(min_length=1)
    counts: Mapping[str, Mapping[str, int]]
    weight: float = Field(ge=0, allow_inf_nan=False)
    settings: Settings
    seed: int
    crossglot: str

    @field_validator("read", "written")
    @classmethod
    def _each_once(cls, characters: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(characters)) < len(characters) or any(len(character) != 1 for character in characters):
            raise ValueError("should be single characters, each once")
        return characters

    @field_validator("counts")
    @classmethod
    def _positive(cls, counts: Mapping[str, Mapping[str, int]]) -> Mapping[str, Mapping[str, int]]:
        if any(not after or min(after.values()) < 1 for after in counts.values()):
            raise ValueError("should be words that follow, with how often: at least once")
        return counts


@dataclass(frozen=True, eq=False)
class Transliterator:
    """Finds the words of a language's standard that chat writers' spellings stand for.

    Attributes:
        alphabet: the characters that it knows.
        network: the encoder–decoder.
        model: of the language's words in their order.
        weight: of the model, chosen on sentences set aside, which were spelled by chance.
        settings: of the training.
        seed: likewise.
    """

    alphabet: Alphabet
    network: EncoderDecoder
    model: LanguageModel
    weight: float
    settings: Settings
    seed: int

    @classmethod
    def fit(
        cls,
        sentences: Iterable[Sequence[str]],
        *,
        seed: int = 0,
        settings: Settings | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Transliterator:
        """Learns from sentences of a language in its standard spelling alone; see `chat_spelling`.

        Args:
            sentences: words in the order of the text.
            seed: of weights, spellings, order and dropout.
            settings: of the training, if not the usual ones.
            progress: told how much of it is done.

        Raises:
            DataError: if there is no word to learn from.
        """
        from crossglot.transliteration.network import draw_network
        from crossglot.transliteration.training import train

        settings = settings or Settings()
        every = [tuple(map(standard, words)) for words in sentences]
        learned, held_out = set_aside(every, min(MOST_HELD_OUT, len(every) // SHARE_HELD_OUT))
        of_script = _of_script(every)
        counts = Counter(word for words in learned for word in words if of_script(word))
        if not counts:
            raise DataError("no words to learn transliteration from", remedy="give sentences of words of letters")
        words = copies(counts)
        alphabet = _alphabet(counts, seed)
        network = draw_network(alphabet, seed=seed, dropout=settings.dropout)
        train(network, alphabet, words, chat_spelling, settings, seed=seed, progress=progress)
        found = cls(alphabet, network, language_model(learned), 0.0, settings, seed)
        weight = found._best_weight(held_out, of_script)
        return cls(alphabet, network, language_model(every), weight, settings, seed)

    def n_best(self, words: Iterable[str], n: int = CANDIDATES) -> list[Candidates]:
        """The `n` best words for each spelling with their log probabilities; the same spelling is looked up once.

        What is not to be transliterated (marks, figures, addresses, other scripts) is its own only candidate, as
        written; so is what the network finds no word for.
        """
        from crossglot.transliteration.beam import n_best

        spelled = list(words)
        spellings = {word: self.alphabet.spelling(word) for word in spelled}
        distinct = {spelling: place for place, spelling in enumerate(sorted(set(spellings.values()) - {()}))}
        found = n_best(self.network, self.alphabet, list(distinct), n)
        known = {spelling: tuple(one for one in found[place] if one[0]) for spelling, place in distinct.items()}
        return [known.get(spellings[word]) or ((word, 0.0),) for word in spelled]

    def sentence(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words of a sentence, chosen together."""
        return self.sentences([words])[0]

    def sentences(
        self, sentences: Sequence[Sequence[str]], which: Sequence[Sequence[bool]] | None = None
    ) -> list[tuple[str, ...]]:
        """The words of sentences, chosen together in each.

        Args:
            sentences: as they are spelled.
            which: for each word whether it is of this language and to be transliterated; others stay as they are.
        """
        which = which if which is not None else [[True] * len(words) for words in sentences]
        chosen = sorted(
            {
                word
                for words, ours in zip(sentences, which, strict=True)
                for word, own in zip(words, ours, strict=True)
                if own
            }
        )
        candidates = dict(zip(chosen, self.n_best(chosen), strict=True))
        found = []
        for words, ours in zip(sentences, which, strict=True):
            lattice = [candidates[word] if own else ((word, 0.0),) for word, own in zip(words, ours, strict=True)]
            best = best_path(lattice, self.model, self.weight)
            found.append(tuple(word if one == word.lower() else one for word, one in zip(words, best, strict=True)))
        return found

    def about(self) -> About:
        """What is kept of it beside `tensors`."""
        return About(
            read=self.alphabet.read, written=self.alphabet.written, counts=self.model.counts, weight=self.weight,
            settings=self.settings, seed=self.seed, crossglot=__version__,
        )  # fmt: skip

    def tensors(self) -> dict[str, torch.Tensor]:
        """The network's weights by name; the memory is shared."""
        state: dict[str, torch.Tensor] = self.network.state_dict()
        return state

    @classmethod
    def of(cls, about: About, tensors: Mapping[str, torch.Tensor]) -> Transliterator:
        """What `about` and `tensors` gave."""
        from crossglot.transliteration.network import draw_network, take

        network = draw_network(Alphabet(about.read, about.written), dropout=about.settings.dropout)
        take(network, tensors)
        return cls(
            Alphabet(about.read, about.written), network, LanguageModel(about.counts), about.weight, about.settings,
            about.seed,
        )  # fmt: skip

    def save(self, folder: str | Path) -> None:
        """Writes `transliterator.json` and `model.safetensors` into a folder, whole or not at all.

        Raises:
            StorageError: if the folder cannot be written.
            UsageError: if the folder holds anything else than a transliterator.
        """
        from safetensors.torch import save_file

        def check(place: Path) -> None:
            check_only(place, {ABOUT, WEIGHTS, CHECKSUMS}, "a transliterator", is_whole=(place / ABOUT).is_file())

        with whole_folder(Path(folder), durable=True, may_replace=check) as half:
            (half / ABOUT).write_text(self.about().model_dump_json() + "\n", encoding="utf-8")
            save_file(self.tensors(), half / WEIGHTS, metadata={"format": "pt"})
            write_checksums(half, [ABOUT, WEIGHTS])

    @classmethod
    def load(cls, folder: str | Path) -> Transliterator:
        """What `save` wrote.

        Raises:
            ModelError: if the folder is not a transliterator's, or is damaged.
        """
        folder = Path(folder)
        if not (folder / ABOUT).exists():
            raise ModelError(f"{folder}: not a transliterator ({ABOUT} is missing)")
        check_whole(folder)
        try:
            about = About.model_validate(read_object(folder / ABOUT))
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            where = ".".join(map(str, fault["loc"])) or "the whole"
            raise ModelError(f"{folder / ABOUT}: this transliterator is damaged: {where}: {fault['msg']}") from error
        why = f"{len(about.read)} and {len(about.written)} characters of {ABOUT}"
        return cls.of(about, read_checked(folder, shapes(about), what="transliterator", why=why))

    def _best_weight(self, held_out: Sequence[Sequence[str]], of_script: Callable[[str], bool]) -> float:
        """The weight with which most words of these sentences are found, of equal ones the least."""
        chance = Random(self.seed)  # noqa: S311
        ours = [[of_script(word) for word in words] for words in held_out]
        spelled = [
            [chat_spelling(word, chance) if own else word for word, own in zip(words, owned, strict=True)]
            for words, owned in zip(held_out, ours, strict=True)
        ]
        every = [word for words in spelled for word in words]
        candidates = dict(zip(every, self.n_best(every), strict=True))
        lattices = [
            [candidates[word] if own else ((word, 0.0),) for word, own in zip(words, owned, strict=True)]
            for words, owned in zip(spelled, ours, strict=True)
        ]

        def right(weight: float) -> int:
            return sum(
                one == word
                for words, lattice in zip(held_out, lattices, strict=True)
                for one, word in zip(best_path(lattice, self.model, weight), words, strict=True)
            )

        best = max(WEIGHTS_TRIED, key=right)
        _log.info("weight %.1f: %d of %d words set aside are found", best, right(best), sum(map(len, held_out)))
        return best


def shapes(about: About) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors that belong to it."""
    from crossglot.transliteration.network import draw_network

    network = draw_network(Alphabet(about.read, about.written), device="meta")
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _of_script(sentences: Sequence[Sequence[str]]) -> Callable[[str], bool]:
    """Whether a word is one of the language's, all of its own script: Devanagari if most words are, else letters."""
    words = [word for sentence in sentences for word in sentence if any(map(str.isalpha, word))]
    if 2 * sum(map(is_devanagari, words)) > len(words):
        return lambda word: bool(word) and all(is_devanagari(c) and not c.isdigit() and c not in "।॥" for c in word)
    return lambda word: word.isalpha() and not is_devanagari(word)


def _alphabet(words: Iterable[str], seed: int) -> Alphabet:
    """Characters of words and of spellings drawn for them, all small Latin letters among the latter."""
    chance = Random(seed)  # noqa: S311
    pairs = [(chat_spelling(word, chance), word) for word in words for _ in range(4)]
    return alphabet_of([*pairs, ("abcdefghijklmnopqrstuvwxyz", "")])
