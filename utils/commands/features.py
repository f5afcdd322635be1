"""Compute what the network sees in the photos of a dataset, once, and keep it in the cache.

    python -m utils features                             # the embedded scenes
    python -m utils features FOLDER --kind map           # your own photos, for attention
    python -m utils features FOLDER --shard 2/4          # the second of four parts

Whatever needs the features afterwards (`train`, the chapters) reads them from there.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from utils.cnn import DTYPES, SHAPES
from utils.commands.dataset_options import add_dataset_options, chosen_dataset
from utils.images import VIEWS
from utils.support.memory import demand_memory
from utils.support.shard import Shard, shard_of

if TYPE_CHECKING:
    from utils.support.row_cache import Rows

EPILOG = """--shard I/N lets a queue, a cluster or several machines share the work: N commands, one
for each I from 1 to N, at once or one after the other. Each computes every N-th block of 256
photos, and leaves them in the folder that it names, whose name ends in .shards. Then run the
command once without --shard: it joins what lies there, and computes what is missing.

The machines share the folder of caches (set CAPTIONING_CACHE to one that all of them see). If they
share no disk, copy their .shards folders together, into one folder of the same name: its name
holds the hash of the photos' contents, of the network's weights and of the view, so that blocks of
another dataset have another folder. The name of a block holds its first row and its checksum: a
copy that is damaged is noticed, and computed again. A block that is computed twice does no harm.
On processors of several kinds, features may differ in their last digits."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises what `load_dataset` and `extract_features` raise."""
    given = _parser().parse_args(arguments)
    demand_memory("computing features", used=1_450, reserved=4_500)  # measured, and 200 MB more
    from utils.features import Look, feature_rows
    from utils.support.row_cache import keep_part, kept_rows

    dataset = chosen_dataset(given)
    for note in dataset.notes:
        print(f"Note: {note}", flush=True)
    photos = [dataset.path(image) for image in dataset.images]
    rows = feature_rows(photos, Look(given.kind, given.weights, given.view), progress=True)
    if given.shard is None:
        kept_rows(rows)
        print(f"The features of {len(photos):,} photos of {dataset.name} are in {rows.path}.")
        print(f"Rows: {given.kind}, {given.view}; {SHAPES[given.kind]} {DTYPES[given.kind]} each.")
    else:
        print("\n".join(_told(rows, given.shard, keep_part(rows, given.shard))))
    return 0


def _told(rows: Rows, part: Shard, there: int) -> list[str]:
    """Return lines on what is there after a part was computed, and what to do next."""
    total = len(rows.starts)
    if rows.path.is_file() and not rows.folder.is_dir():
        return [f"All parts are joined already: {rows.path}."]
    lines = [f"Part {part} is done: {there:,} of {total:,} blocks are there, in {rows.folder}."]
    if there < total:
        return [*lines, "Run the other parts; then run the command without --shard to join all."]
    return [*lines, "Run the command without --shard now: it joins them."]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utils features",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_dataset_options(parser)
    add = parser.add_argument
    add("--kind", default="pooled", choices=SHAPES, help="`map` is for attention (%(default)s)")
    add("--view", default="whole", choices=VIEWS, help="what is seen of a photo (%(default)s)")
    add("--shard", type=shard_of, metavar="I/N", help="compute this part alone, and join nothing")
    return parser
