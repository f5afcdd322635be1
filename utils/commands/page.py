"""Write the captioner as one HTML file, which opens in a browser without a server or a network.

    python -m utils page                                  # data/runs/page/index.html
    python -m utils page --captioner scenes --captioner data/runs/flickr8k/captioner

MobileNetV2 and the captioners run in the page. No photo that somebody shows it leaves the machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from utils.support.files import demand_own_page
from utils.support.paths import CAPTIONERS, RUNS

LARGEST = 30_000_000  # bytes that some mail and learning platforms take
PLACE = RUNS / "page" / "index.html"
TITLE = b"<title>The captioner in a page</title>"
NAMES = ("scenes", "flickr8k-best", "flickr8k")

# TensorFlow takes seconds to start, so the page's parts are imported once the arguments are read.


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises `ValueError`, and what `build_page` raises."""
    given = _parser().parse_args(arguments)
    names = given.captioner or [name for name in NAMES if (CAPTIONERS / name).is_dir()]
    if given.out.is_dir():
        raise ValueError(f"{given.out} is a folder: name a file, such as {given.out}/index.html.")
    demand_own_page(given.out, [TITLE])

    from utils.page.build import build_page, shown_name

    if len({shown_name(name) for name in names}) < len(names):
        raise ValueError("Two captioners have the same name: give each folder a name of its own.")
    size = build_page(names, given.out, given.course)
    print(f"Written: {given.out.resolve()} ({size / 1e6:.1f} MB). Open it in a browser.")
    if size > LARGEST:
        print(f"It is larger than {LARGEST / 1e6:.0f} MB: `--captioner NAME` chooses fewer.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m utils page", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--captioner",
        action="append",
        metavar="NAME",
        help="a captioner of the course or a folder; say it again for more (all three)",
    )
    parser.add_argument(
        "--course", metavar="ADDRESS", default="", help="of the course as a site, for a link to it"
    )
    parser.add_argument("-o", "--out", type=Path, default=PLACE, help=f"the file ({PLACE.name})")
    return parser
