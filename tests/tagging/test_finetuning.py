from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from crossglot.batching import padded_batch
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden
from crossglot.errors import DataError
from crossglot.tagging import fitting
from crossglot.tagging.batches import draw_batches, labelled_batch, training_set
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.fitting import DivergenceError, batch_loss, new_head
from crossglot.tagging.labels import label_set
from crossglot.tagging.linear_probe import linear_probe
from crossglot.tagging.recipe import Recipe

QUICK = Recipe(batch_size=8, max_length=32, epochs=2, learning_rate=1e-3)
STILL = QUICK.model_copy(update={"dropout": 0.0})


def weights(tagger: EncoderTagger) -> dict[str, torch.Tensor]:
    return {**tagger.encoder.model.state_dict(), **{f"head.{k}": v for k, v in tagger.head.state_dict().items()}}


def plain_training(
    encoder: Encoder, sentences: list[TaggedSentence], recipe: Recipe, seed: int, until: int | None = None
) -> dict[str, torch.Tensor]:
    """The oracle: every row of the embedding, padded batches, torch's own AdamW, scheduler and clipping.

    With `until` it is broken off after so many steps.
    """
    labels = label_set("pos", sentences)
    data = training_set(encoder, sentences, labels, recipe.max_length)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        padded = replace(encoder.copy(), packs=False)
        head = new_head(padded, len(labels), torch.device("cpu"))
    model = padded.model.train()
    named = [*model.named_parameters(), *((f"head.{name}", p) for name, p in head.named_parameters())]
    groups = [
        {
            "params": [p],
            "weight_decay": 0.0 if "LayerNorm" in name or name.endswith("bias") else recipe.weight_decay,
            "lr": (recipe.head_learning_rate if name.startswith("head.") else None) or recipe.learning_rate,
        }
        for name, p in named
    ]
    optimizer = torch.optim.AdamW(groups, eps=1e-6, foreach=False, fused=False)
    batches = [batch for (batch,) in draw_batches(padded, data, recipe, seed)]
    total, warmup = len(batches), int(recipe.warmup * len(batches))

    def share(step: int) -> float:
        if step < warmup:
            return step / warmup
        return 1 - step / total if recipe.decay == "throughout" else (total - step) / (total - warmup)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    mean = {name: torch.zeros_like(p, dtype=torch.float64) for name, p in named}
    averaged = int(recipe.averaged * total)
    for number, batch in enumerate(batches[:until]):
        hidden = last_hidden(model, batch.batch)[batch.first_pieces]
        loss = -head(hidden).log_softmax(-1)[torch.arange(len(batch.labels)), batch.labels].mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in named], recipe.clip)
        optimizer.step()
        schedule.step()
        if number >= total - averaged:
            for name, p in named:
                mean[name] += p.detach() / averaged
    last = {**model.state_dict(), **{f"head.{k}": v for k, v in head.state_dict().items()}}
    return {name: mean[name].float() for name, _ in named} if averaged else last


@pytest.mark.parametrize(
    "changes",
    [{}, {"head_learning_rate": 1e-2}, {"decay": "throughout"}, {"averaged": 0.5}, {"warmup": 0.5, "averaged": 1.0}],
    ids=str,
)
def test_finetuning_gives_the_weights_of_a_plain_dense_padded_training(
    still_encoder: Encoder, sentences: list[TaggedSentence], changes: dict[str, object]
) -> None:
    recipe = STILL.model_copy(update=changes)
    ours = weights(finetune(still_encoder, sentences, recipe=recipe, seed=3))
    plain = plain_training(still_encoder, sentences, recipe, seed=3)
    assert ours.keys() == plain.keys()
    for name, value in plain.items():
        torch.testing.assert_close(ours[name], value, atol=2e-5, rtol=0)


@pytest.mark.parametrize("at_once", [1, 20, 50])
def test_a_batch_in_parts_gives_the_weights_that_the_whole_gives(
    still_encoder: Encoder, sentences: list[TaggedSentence], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = training_set(still_encoder, sentences, label_set("pos", sentences), STILL.max_length)
    assert max(len(parts) for parts in draw_batches(still_encoder, data, STILL, 3, at_once)) > 1
    monkeypatch.setattr(fitting, "PIECES_AT_ONCE", at_once)
    ours = weights(finetune(still_encoder, sentences, recipe=STILL, seed=3))
    for name, value in plain_training(still_encoder, sentences, STILL, seed=3).items():
        torch.testing.assert_close(ours[name], value, atol=2e-5, rtol=0)


def test_a_batch_that_fits_is_not_taken_apart(still_encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    data = training_set(still_encoder, sentences, label_set("pos", sentences), STILL.max_length)
    longest = max(sum(len(ids) for ids in data.sequences.ids), 1)
    whole = [batch for (batch,) in draw_batches(still_encoder, data, STILL, 3)]
    at_once = [batch for (batch,) in draw_batches(still_encoder, data, STILL, 3, longest)]
    assert len(whole) == len(at_once)
    for one, other in zip(whole, at_once, strict=True):
        assert torch.equal(one.batch.input_ids, other.batch.input_ids)
        assert torch.equal(one.labels, other.labels)


def test_batches_may_be_padded_with_another_piece_than_config_json_names(
    still_encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    """multilingual-e5-small's config.json on the hub names `<s>` as its padding piece, its tokenizer `<pad>`."""
    odd = still_encoder.copy()
    odd.model.get_input_embeddings().padding_idx = odd.tokenizer.cls_token_id
    ours, plain = weights(finetune(odd, sentences, recipe=STILL, seed=3)), plain_training(odd, sentences, STILL, seed=3)
    for name, value in plain.items():
        torch.testing.assert_close(ours[name], value, atol=2e-5, rtol=0)


@pytest.mark.parametrize("changes", [{}, {"head_learning_rate": 1e-2}], ids=str)
def test_the_tagger_on_its_way_is_that_of_a_training_broken_off_there(
    still_encoder: Encoder, sentences: list[TaggedSentence], changes: dict[str, object]
) -> None:
    recipe = STILL.model_copy(update=changes)
    taken: dict[int, dict[str, torch.Tensor]] = {}

    def watch(done: int, steps: int, tagger: Callable[[], EncoderTagger]) -> None:
        assert steps == 16
        if done in (1, 7):
            taken[done] = weights(tagger())

    finetune(still_encoder, sentences, recipe=recipe, seed=3, watch=watch)
    for done, ours in taken.items():
        plain = plain_training(still_encoder, sentences, recipe, 3, until=done)
        assert ours.keys() == plain.keys()
        for name, value in plain.items():
            torch.testing.assert_close(ours[name], value, atol=2e-5, rtol=0)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("averaged", [0.0, 0.5])
def test_a_training_that_is_watched_goes_on_to_the_same_bits(
    encoder: Encoder, sentences: list[TaggedSentence], precision: str, averaged: float
) -> None:
    recipe = QUICK.model_copy(update={"averaged": averaged})
    last: list[EncoderTagger] = []

    def watch(done: int, steps: int, tagger: Callable[[], EncoderTagger]) -> None:
        if done in (3, steps):
            last.append(tagger())
            assert last[-1].predict(sentences)
            torch.rand(done)  # whatever a watcher draws

    alone = weights(finetune(encoder, sentences, recipe=recipe, precision=precision))
    watched = weights(finetune(encoder, sentences, recipe=recipe, precision=precision, watch=watch))
    at_end = weights(last[-1])
    for name, value in alone.items():
        assert torch.equal(watched[name], value), name
        assert torch.equal(at_end[name], value), name


def test_a_new_layer_that_starts_from_a_probe_begins_as_good_as_the_probe(
    encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    start = QUICK.model_copy(update={"head_start": "probe", "learning_rate": 1e-9})
    probe = linear_probe(encoder, sentences, recipe=start)
    tagger = finetune(encoder, sentences, recipe=start)
    torch.testing.assert_close(tagger.head.weight, probe.head.weight, atol=1e-5, rtol=0)
    assert tagger.predict(sentences) == probe.predict(sentences)


def test_a_training_says_how_its_loss_went(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    learned = finetune(encoder, sentences, recipe=QUICK.model_copy(update={"epochs": 12})).training
    idle = finetune(encoder, sentences, recipe=QUICK.model_copy(update={"learning_rate": 1e-9})).training
    assert learned is not None and idle is not None
    assert (learned.steps, idle.steps) == (96, 16)
    assert learned.last_loss < 0.5 * learned.first_loss
    assert idle.last_loss == pytest.approx(idle.first_loss, rel=0.1)


def test_rows_without_a_piece_in_training_are_decayed_as_dense_adamw_does(
    still_encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    ours = weights(finetune(still_encoder, sentences[:20], recipe=STILL))["embeddings.word_embeddings.weight"]
    plain = plain_training(still_encoder, sentences[:20], STILL, 1)["embeddings.word_embeddings.weight"]
    unused = still_encoder.tokenizer.convert_tokens_to_ids(["[MASK]", "Q", "##Z"])
    before = still_encoder.model.get_input_embeddings().weight.detach()[unused]
    assert not torch.equal(ours[unused], before)
    torch.testing.assert_close(ours[unused], plain[unused], atol=1e-6, rtol=0)


def test_packed_and_padded_batches_have_the_same_loss_and_gradients(
    still_encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    labels = label_set("pos", sentences)
    data = training_set(still_encoder, sentences, labels, 32)
    head = new_head(still_encoder, len(labels), torch.device("cpu"))
    found = []
    for packs in (True, False):
        encoder = replace(still_encoder.copy(), packs=packs)
        batch = labelled_batch(encoder, data, np.arange(len(data)), 32)
        assert batch.batch.packed == packs
        loss = batch_loss(encoder.model, head, batch, 0.0)
        loss.backward()  # type: ignore[no-untyped-call]
        found.append((loss.item(), [p.grad for p in encoder.model.parameters()]))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-5)
    for packed, padded in zip(found[0][1], found[1][1], strict=True):
        torch.testing.assert_close(packed, padded, atol=1e-5, rtol=0)


def test_the_loss_is_the_mean_over_words_read_at_their_first_piece(
    still_encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    """By hand: [CLS] and each word's pieces from the tokenizer, one sentence at a time."""
    labels = label_set("pos", sentences)
    data = training_set(still_encoder, sentences, labels, 64)
    head = new_head(still_encoder, len(labels), torch.device("cpu"))
    loss = batch_loss(still_encoder.model, head, labelled_batch(still_encoder, data, np.arange(len(data)), 64), 0.0)
    tokenizer, by_word = still_encoder.tokenizer, []
    for sentence in sentences:
        ids, first = [tokenizer.cls_token_id], []
        for word in sentence.words:
            first.append(len(ids))
            ids += tokenizer(word, add_special_tokens=False)["input_ids"]
        batch = padded_batch([np.array([*ids, tokenizer.sep_token_id])], pad_id=0)
        scores = head(last_hidden(still_encoder.model, batch)[first]).log_softmax(-1)
        by_word += [-scores[i, labels.names.index(tag)].item() for i, tag in enumerate(sentence.tags)]
    assert loss.item() == pytest.approx(sum(by_word) / len(by_word), abs=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(
    encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    first, again, other = (weights(finetune(encoder, sentences, recipe=QUICK, seed=s)) for s in (7, 7, 8))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_encoder_and_the_global_random_state_are_left_as_they_were(
    encoder: Encoder, sentences: list[TaggedSentence], precision: str
) -> None:
    before = {name: value.clone() for name, value in encoder.model.state_dict().items()}
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[index]
    finetune(encoder, sentences, recipe=QUICK, precision=precision)
    assert torch.equal(torch_state, torch.get_rng_state())
    assert (numpy_state == np.random.get_state()[1]).all()  # type: ignore[index]
    assert not encoder.model.training
    assert all(torch.equal(before[name], value) for name, value in encoder.model.state_dict().items())


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_tagger_learns_what_can_be_learned(encoder: Encoder, sentences: list[TaggedSentence], precision: str) -> None:
    recipe = QUICK.model_copy(update={"epochs": 12, "learning_rate": 3e-3})
    tagger = finetune(encoder, sentences, recipe=recipe, precision=precision)
    assert tagger.evaluate(sentences).value > 0.95
    assert all(value.dtype == torch.float32 for value in weights(tagger).values() if value.is_floating_point())


def test_several_sources_are_trained_on_one_after_another(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    seen: list[tuple[int, int]] = []
    recipe = QUICK.model_copy(update={"epochs": 3})
    finetune(encoder, [*sentences[:9], *sentences[20:30]], recipe=recipe, progress=lambda i, n: seen.append((i, n)))
    assert seen == [(i, 9) for i in range(1, 10)]  # 19 sentences are 3 batches of at most 8


def test_long_sentences_are_truncated_and_empty_ones_left_out(
    encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    words = sum((s.words for s in sentences), ())
    tags = sum((s.tags for s in sentences), ())
    long = TaggedSentence(words, tags)
    data = training_set(encoder, [TaggedSentence((), ()), long], label_set("pos", [long]), 20)
    assert [len(ids) for ids in data.sequences.ids] == [20]
    assert finetune(encoder, [long, TaggedSentence((), ())], recipe=QUICK).evaluate([long]).n == len(words)


def test_a_tag_that_is_not_a_label_ends_training_before_it_starts(encoder: Encoder) -> None:
    with pytest.raises(DataError, match="the tag 'FOO' of 'cat'"):
        finetune(encoder, [TaggedSentence(("cat",), ("FOO",))])


def test_a_loss_that_is_no_number_is_said(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    with pytest.raises(DivergenceError, match="lower the learning rate"):
        finetune(encoder, sentences, recipe=QUICK.model_copy(update={"learning_rate": 1e38}))


def test_the_rate_rises_from_zero_over_a_tenth_of_the_steps_and_falls_to_zero() -> None:
    recipe = Recipe(learning_rate=1.0)
    rates = [recipe.rate(step, 100) for step in range(101)]
    assert rates[:11] == pytest.approx([i / 10 for i in range(11)])
    assert rates[55] == pytest.approx(0.5)
    assert rates[100] == 0


def test_departures_from_the_paper_are_named() -> None:
    assert Recipe().departures() == {}
    assert Recipe(learning_rate=1e-3, epochs=3).departures() == {"learning_rate": 1e-3}
