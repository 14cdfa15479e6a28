"""Commands about stances: score lines, measure, train."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fedilens.app import App
from fedilens.cli.context import app_of
from fedilens.errors import InputError

if TYPE_CHECKING:
    from fedilens.pipeline.judging import Judged
    from fedilens.stance import Head

stance = typer.Typer(help="Score texts for stances, measure how well, train.", no_args_is_help=True)

DebateOption = Annotated[str | None, typer.Option("--debate", help="A debate's folder or name.")]


@stance.command()
def score(context: typer.Context, debate: DebateOption = None) -> None:
    """Read lines {"id", "content" or "text"} on standard input; write their stances on every target."""
    from fedilens.pipeline import score_lines
    from fedilens.stance import make_detector

    app = _app(context, debate)
    detector = make_detector(app.debate, app.encoder, app.head)
    for judged in score_lines(app.judge, detector, _lines(sys.stdin, "standard input")):
        typer.echo(json.dumps(_judged(judged), ensure_ascii=False))


@stance.command()
def evaluate(
    context: typer.Context,
    labelled: Annotated[Path | None, typer.Argument(help='Lines {"id", "text", "target", "label"}.')] = None,
    *,
    debate: DebateOption = None,
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Measure the detector on labelled lines; without a file, on the debate's own `test` examples."""
    from fedilens.pipeline import evaluate as evaluate_lines

    app = _app(context, debate)
    found = evaluate_lines(app.judge, app.debate, app.head, _labelled(app, labelled))
    typer.echo(json.dumps(found, indent=2) if form == "json" else _table(found))


@stance.command()
def train(
    context: typer.Context,
    *,
    debate: DebateOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write it (default: head.npz in the debate's folder).")
    ] = None,
    tune: Annotated[
        bool | None,
        typer.Option(
            "--tune/--no-tune",
            help="Fit a copy of the embedding model's upper layers along; takes longer (default: as before).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Fit the detector to the debate's examples and people's labels; say how good it is on voices not heard."""
    from fedilens.app.labelling import labelled_examples
    from fedilens.pipeline import train_head
    from fedilens.stance import load_examples, save_head

    app = _app(context, debate)
    if tune is None:
        tune = app.head is not None and app.head.tuned
    head = train_head(app.judge, app.debate, [*load_examples(app.debate), *labelled_examples(app)], tune=tune)
    path = out or app.debate.folder / "head.npz"
    save_head(head, path)
    typer.echo(f"{path}: {_quality(head)}")


@stance.command()
def card(
    context: typer.Context,
    *,
    debate: DebateOption = None,
    out: Annotated[Path | None, typer.Option(help="Write it there and not to standard output.")] = None,
) -> None:
    """Write the detector's model card: what it is, how good on the `test` examples, and what it is not for."""
    from fedilens.pipeline import evaluate as evaluate_lines
    from fedilens.stance import model_card

    app = _app(context, debate)
    if app.head is None:
        raise InputError("this debate has no examples, so there is no detector to describe")
    text = model_card(app.debate, app.head, evaluate_lines(app.judge, app.debate, app.head, _labelled(app, None)))
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")


def _app(context: typer.Context, debate: str | None) -> App:
    return app_of(context).on_debate(debate)


def _lines(file: Any, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{name}, line {number}: not valid JSON") from error
        if not isinstance(value, dict):
            raise InputError(f"{name}, line {number}: a JSON object is wanted")
        yield value


def _labelled(app: App, path: Path | None) -> list[dict[str, Any]]:
    from fedilens.pipeline import example_lines
    from fedilens.stance import load_examples

    if path is None:
        lines = example_lines([one for one in load_examples(app.debate) if one.split == "test"], app.debate.targets)
    else:
        try:
            with path.open(encoding="utf-8") as file:
                lines = list(_lines(file, str(path)))
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        if "target" not in line or line.get("label") not in ("favor", "against", "none"):
            raise InputError(f"{path}, line {number}: target and label (favor, against or none) are wanted")
    if not lines:
        raise InputError("there is nothing to measure on: name a file of labelled lines")
    return lines


def _judged(judged: "Judged") -> dict[str, Any]:
    return {
        "id": judged.id,
        "stances": [
            {
                "target": one.target,
                "label": one.label.value,
                "favor": one.favor,
                "against": one.against,
                "none": one.none,
                "evidence": None if one.evidence is None else judged.sentences[one.evidence],
            }
            for one in judged.stances
        ],
    }


def _quality(head: "Head") -> str:
    """How good it is on posts by voices that it had not heard, in all and on each target."""
    quality = head.quality
    lines = [
        (
            f"trained on {quality.examples} examples; on {quality.measured} by voices that it had not heard F_avg "
            f"{quality.f_avg:.3f}, of the stances shown {quality.precision:.0%} right, {quality.recall:.0%} of the "
            "true ones shown"
        )
    ]
    for name, table in zip(head.targets, head.confusion, strict=True):
        right, shown, true = table[0, 0] + table[1, 1], table[:, :2].sum(), table[:2].sum()
        lines.append(f"  {name}: {right:.0f} of {shown:.0f} shown are right, of {true:.0f} true ones")
    return "\n".join(lines)


def _table(found: dict[str, Any]) -> str:
    lines = [f"{'':<24}{'pairs':>7}{'F_avg':>8}{'macro':>8}{'right':>8}{'shown':>8}{'found':>8}{'ECE':>8}"]
    for name, one in {"all": found, **found["targets"]}.items():
        shown = one["shown"]
        lines.append(
            f"{name[:23]:<24}{one['pairs']:>7}{one['f_avg']:>8.3f}{one['macro_f1']:>8.3f}{one['accuracy']:>8.3f}"
            f"{shown['precision']:>8.3f}{shown['recall']:>8.3f}{shown['ece']:>8.3f}"
        )
    if found["intervals"]:
        low, high = found["intervals"]["f_avg"]
        lines.append(f"95 % of F_avg by a bootstrap over posts: {low:.3f} to {high:.3f}")
    lines.append("right: accuracy; shown: share of shown stances that are right; found: share of true ones shown")
    if found["experimental"]:
        lines.append("Targets without examples are judged zero-shot: experimental.")
    return "\n".join(lines)
