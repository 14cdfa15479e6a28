"""Fine-tuning: a copy of the embedding model's upper layers is changed, the change is saved with the head, and read."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Run
from test_stance_detector import SIDES
from tiny_model import save_tiny_model

from fedilens.annotate import SentenceEncoder, SpacyLinguist
from fedilens.annotate.embeddings import PACKAGED
from fedilens.errors import ModelError
from fedilens.pipeline import Judge
from fedilens.pipeline.judging import read_texts
from fedilens.stance import Reading, TrainingSet
from fedilens.stance.attention import OF_TARGETS, TokenReader, begin_with, read, reader_from, weights_of
from fedilens.stance.attention_training import fit_reader
from fedilens.stance.head import readers_from
from fedilens.stance.pretrained import pretrained, save_pretrained
from fedilens.stance.upper_half import RANK, UpperHalf
from fedilens.types import Tokens, UpperLayers

WORDS = "the tram boat is splendid dismal painted today rain falls lunch was late good"
TOPICS = ("tram", "boat")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny model."""
    return save_tiny_model(tmp_path_factory.mktemp("models"), WORDS.split())


@pytest.fixture(scope="module")
def encoder(model: str) -> SentenceEncoder:
    return SentenceEncoder(model, languages=["en"])


def layers_of(encoder: SentenceEncoder) -> UpperLayers:
    found = encoder.upper_layers()
    assert found is not None
    return found


def said(number: int) -> tuple[str, list[int]]:
    """A post and its labels on both targets."""
    side, topic = number % 3, number // 3 % 2
    labels = [2, 2]
    labels[topic] = side
    return f"Rain falls. The {TOPICS[topic]} is {SIDES[side]} today.", labels


def tokens(readings: tuple[Reading, ...]) -> list[Tokens]:
    return [one.tokens for one in readings if one.tokens is not None]


def test_the_copied_layers_do_what_the_model_does(encoder: SentenceEncoder) -> None:
    """From the middle states they make the last ones."""
    layers = layers_of(encoder)
    assert (layers.heads, len({name.split(".")[1] for name in layers.weights})) == (4, 2)
    _, (states,) = encoder.read(["The tram is splendid today, rain falls."])  # type: ignore[misc]
    last, middle = np.split(states.states.astype(np.float32), 2, axis=1)
    present = torch.ones((1, len(middle)), dtype=torch.bool)
    for learning in (False, True):  # nothing is changed before something is learnt
        half = UpperHalf(layers, learning=learning).eval()
        with torch.inference_mode():
            made = half(torch.from_numpy(middle)[None], present)[0].numpy()
        assert made == pytest.approx(last, abs=0.06)
    assert np.abs(middle - last).max() > 0.5  # they do something


def test_a_model_of_another_build_has_no_layers_to_fit(tmp_path: Path) -> None:
    """Where the middle states do not become the last ones in this way, nothing is copied."""
    other = SentenceEncoder(save_tiny_model(tmp_path, WORDS.split(), activation="relu"), languages=["en"])
    assert other.upper_layers() is None


def test_changes_are_learnt_and_read_the_same_after_saving(encoder: SentenceEncoder) -> None:
    """They tell sides, they are of low rank, and laid on the layers they read as when they were learnt."""
    judge = Judge(SpacyLinguist({}), encoder)
    posts = [said(number) for number in range(480)]
    data = TrainingSet(
        tuple(read_texts(judge, [text for text, _ in posts])), np.asarray([one for _, one in posts]), ("",) * len(posts)
    )
    queries = encoder.encode([f"The {topic} is good." for topic in TOPICS])
    layers = layers_of(encoder)
    reader = fit_reader(data, queries=queries, seed=0, upper=layers)
    learnt = weights_of(reader)
    changes = {name: value.shape for name, value in learnt.items() if name.startswith("upper.layers.1.linear1")}
    assert changes == {"upper.layers.1.linear1.weight.up": (64, RANK), "upper.layers.1.linear1.weight.down": (RANK, 32)}
    assert np.abs(learnt["upper.layers.1.linear1.weight.up"]).max() > 1e-3
    new = [said(number) for number in range(6)]
    found = tokens(tuple(read_texts(judge, [text for text, _ in new])))
    logits, _ = read([reader], found)
    assert logits.argmax(axis=2).tolist() == [labels for _, labels in new]
    again = reader_from(learnt, layers)
    assert read([again], found)[0] == pytest.approx(logits, abs=0.1)
    bare = {name: value for name, value in learnt.items() if not name.startswith("upper.")}
    assert np.abs(read([reader_from(bare)], found)[0] - logits).max() > 0.3  # without them it reads something else
    with pytest.raises(ValueError, match="there are none"):
        reader_from(learnt)


def debate(folder: Path, *, posts: int) -> Path:
    """A folder with so many examples, and a configuration with the tiny model beside it."""
    (folder / "debate").mkdir()
    (folder / "debate" / "debate.toml").write_text(
        'name = "toy"\ntitle = "Toy"\nhashtags = ["toy"]\n'
        + "".join(f'[[targets]]\nname = "{topic}"\nstatement = "The {topic} is good."\n' for topic in TOPICS)
    )
    names = ("favor", "against", "none")
    lines = [
        {"id": number, "text": text, "labels": dict(zip(TOPICS, [names[one] for one in labels], strict=True))}
        for number, (text, labels) in ((number, said(number)) for number in range(posts))
    ]
    (folder / "debate" / "examples.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder / "debate"


def what_was_learnt(debate: Path) -> tuple[bool, int]:
    """Does the head in this folder change the embedding model's layers, and how many readers has it?"""
    with np.load(debate / "head.npz") as saved:
        readers = sum(name.endswith(" queries") for name in saved)
        return "reader 0 upper.layers.1.linear2.weight.up" in saved, readers


def test_tuning_from_the_command_line(run: Run, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of one's own, a debate of one's own; what is written is then used."""
    named = debate(tmp_path, posts=210)
    (tmp_path / "fedilens.toml").write_text(f'[model]\nembedding = "{model}"\n')
    monkeypatch.chdir(tmp_path)
    done = run("stance", "train", "--debate", named, "--tune")
    assert (done.code, done.err) == (0, "")
    assert "trained on 210 examples" in done.out
    assert what_was_learnt(named) == (True, 1)
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text('{"id": 1, "text": "The boat is dismal today.", "target": "boat", "label": "against"}')
    found = json.loads(run("stance", "evaluate", "--debate", named, labelled, "--format", "json").out)
    assert found["accuracy"] == 1.0
    # Training anew, as after labels of people, does not undo what was done before unless it is told to.
    for more, learnt in (([], (True, 1)), (["--no-tune"], (False, 2))):
        assert run("stance", "train", "--debate", named, *more).code == 0
        assert what_was_learnt(named) == learnt


def test_what_cannot_be_tuned_is_told_in_one_line(
    run: Run, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too few examples; a model of another build."""
    named = debate(tmp_path, posts=60)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fedilens.toml").write_text(f'[model]\nembedding = "{model}"\n')
    few = run("stance", "train", "--debate", named, "--tune")
    assert few.code == 1
    assert "at least 200 labelled examples" in few.err
    other = save_tiny_model(tmp_path / "other", WORDS.split(), activation="relu")
    (tmp_path / "fedilens.toml").write_text(f'[model]\nembedding = "{other}"\n')
    strange = run("stance", "train", "--debate", named, "--tune")
    assert strange.code == 1
    assert "train without --tune" in strange.err
    assert not (named / "head.npz").exists()


def test_a_reader_begins_with_what_one_of_other_targets_learnt() -> None:
    """All but what belongs to targets is taken over."""
    torch.manual_seed(0)
    earlier, later = TokenReader(64, torch.randn(5, 32)), TokenReader(64, torch.zeros(2, 32))
    begin_with(later, weights_of(earlier))
    given, taken = weights_of(earlier), weights_of(later)
    assert [name for name in given if not np.array_equal(given[name], taken[name])] == list(OF_TARGETS)
    assert (taken["queries"].shape, np.abs(taken["queries"]).max()) == ((2, 32), 0)
    with pytest.raises(RuntimeError):
        begin_with(TokenReader(32, torch.zeros(2, 32)), weights_of(earlier))


def test_what_ships_to_begin_with_fits_the_packaged_model_and_no_other(tmp_path: Path) -> None:
    shipped = pretrained(PACKAGED)
    assert shipped is not None
    assert not set(shipped) & set(OF_TARGETS)
    reader = TokenReader(768, torch.zeros(3, 384))
    begin_with(reader, shipped)
    assert np.array_equal(weights_of(reader)["key.weight"], shipped["key.weight"])
    assert pretrained("another") is None
    path = tmp_path / "mine.npz"
    save_pretrained(weights_of(reader), path, model="mine")
    assert set(pretrained("mine", path) or {}) == set(shipped)
    path.write_bytes(b"no such thing")
    with pytest.raises(ModelError, match="holds no pretrained weights"):
        pretrained("mine", path)


def test_a_head_of_other_layers_is_told_in_one_line(encoder: SentenceEncoder) -> None:
    """As when the embedding model was changed under the same name."""
    reader = TokenReader(64, torch.zeros(2, 32), UpperHalf(layers_of(encoder), learning=True))
    with pytest.raises(ModelError, match="trained with another embedding model"):
        readers_from([weights_of(reader)], None)
