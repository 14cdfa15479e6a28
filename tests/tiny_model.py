"""A BERT of four small layers that nobody trained, in a folder, as a user would name one."""

from pathlib import Path

import torch


def save_tiny_model(folder: Path, words: list[str], *, activation: str = "gelu") -> str:
    """Writes it with a vocabulary of these words; returns the folder's path."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # takes seconds to load
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer  # noqa: PLC0415
    from transformers import BertConfig, BertModel, BertTokenizerFast  # noqa: PLC0415

    plain = folder / "plain"
    plain.mkdir(parents=True)
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ","]
    numbers = {word: number for number, word in enumerate([*marks, *sorted(set(words))])}
    BertTokenizerFast(vocab=numbers).save_pretrained(plain)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(numbers),
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=64,
        hidden_act=activation,
        initializer_range=0.2,
    )
    BertModel(config).save_pretrained(plain)
    transformer = Transformer(str(plain), max_seq_length=64)
    whole = folder / "tiny"
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(str(whole))
    return str(whole)
