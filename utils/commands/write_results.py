"""Write the results page, `data/results`, again from what `python -m utils experiments` measured.

    python -m utils results         # for maintainers, after the experiments

Published rows whose trainings are not on this machine stay as they are.
"""

from __future__ import annotations

import argparse

from utils.support.files import atomic_path, read_json, write_json
from utils.support.paths import CAPTIONERS, RUNS

# TensorFlow takes seconds to start, so the page is imported once the arguments are read.


def main(arguments: list[str] | None = None) -> int:
    """Write the page's numbers and pictures; return 0. Raises what reading and writing them do."""
    argparse.ArgumentParser(prog="python -m utils results", description=__doc__).parse_args(
        arguments
    )
    from utils.captioner import SETTINGS
    from utils.commands import results
    from utils.figures.show import picture_file

    runs = RUNS / "experiments" / "flickr8k"
    found = results.merged(results.published_scores(), read_json(runs / "results-dev.json"))
    write_json(results.RESULTS / results.SCORES, found)
    page = results.RESULTS / results.PAGE
    text = results.with_table(page.read_text(encoding="utf-8"), found)
    with atomic_path(page) as temporary:
        temporary.write_text(text, encoding="utf-8")
    shipped = ("flickr8k", "flickr8k-best")
    names = [name for name in shipped if (CAPTIONERS / name / SETTINGS).is_file()]
    figures = {"gallery.jpg": results.gallery(names)}
    if missing := results.without_curve(runs):
        print(f"curves.png stays as it is: no training of {', '.join(missing)} (seed 0) here.")
    else:
        figures["curves.png"] = results.curves(runs)
    for name, figure in figures.items():
        with atomic_path(results.RESULTS / name) as temporary:
            temporary.write_bytes(picture_file(figure, dpi=85).data)
    print(f"Written: {results.RESULTS}")
    return 0
