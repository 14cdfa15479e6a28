"""Commands about debates: begin one; are its examples what they should be?"""

from pathlib import Path
from typing import Annotated

import typer

from fedilens.cli.context import app_of

debate = typer.Typer(help="Look after a debate's targets and examples.", no_args_is_help=True)
MOST_SHOWN = 20


@debate.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="The folder to write; its name is the debate's.")],
) -> None:
    """Write a folder for a debate of your own, with comments that say how to fill it in."""
    from fedilens.stance import write_debate

    write_debate(folder)
    typer.echo(f"{folder} is written: fill in its debate.toml; its README.md says how to go on")


@debate.command()
def check(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A debate's folder or name (default: the configured).")] = None,
) -> None:
    """Count a debate's examples against what it wants, and find copies; exit code 1 when something is missing."""
    from fedilens.stance import (
        agreement,
        count_examples,
        count_near,
        load_examples,
        near_copies,
        shared_runs,
        shared_voices,
        target_vectors,
    )

    app = app_of(context).on_debate(name)
    examples = load_examples(app.debate)
    vectors = app.encoder.encode([example.text for example in examples])
    findings = count_examples(app.debate, examples)
    if examples:
        texts = [one.all for one in target_vectors(app.debate.targets, app.encoder)]
        findings += count_near(app.debate, examples, vectors, texts)
    for one in findings:
        wanted = f" of {one.wanted}" if one.wanted else ""
        typer.echo(f"{'less' if one.short else 'ok  '} {one.name}: {one.found}{wanted}")
    for target, value in agreement(app.debate, examples).items():
        typer.echo(f"     two readers agree{f' on {target}' if target else ''}: F_avg {value:.2f}")
    copies = [*shared_runs(examples), *(near_copies(examples, vectors) if examples else [])]
    for copy in copies[:MOST_SHOWN]:
        typer.echo(f"copy {copy.one} and {copy.other}: {copy.sign}")
    voices = shared_voices(examples)
    for voice in voices:
        typer.echo(f"both {voice} speaks on both sides of a split")
    typer.echo(
        f"{sum(one.short for one in findings)} counts too low, {len(copies)} copies, {len(voices)} voices shared"
    )
    if copies or voices or any(one.short for one in findings):
        raise typer.Exit(1)
