"""Running the page's scripts in Node, for tests."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import utils.page

PAGE = Path(utils.page.__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed: it runs the scripts.")


def run_node(scripts: list[str], code: str, given=None, folder: Path | None = None):
    """Run scripts of the page and then `code`, which knows `given` and gives back `answer`.

    Files that `code` reads and writes by bare names are those of `folder`.
    """
    sources = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in scripts]
    start = 'const fs = require("fs"); const given = JSON.parse(fs.readFileSync(0, "utf8"));'
    end = "process.stdout.write(JSON.stringify(answer));"
    run = subprocess.run(
        [NODE, "-e", "\n".join([*sources, start, code, end])],
        input=json.dumps(given),
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
    )
    assert not run.returncode, run.stderr
    return json.loads(run.stdout)
