"""What nbval alone would let pass, and the command that runs the notebooks."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_output
from sample_notebook import cell_with, sample_master, small_notebook, tagged

from utils.authoring import run_notebooks
from utils.authoring.both_states import both_states
from utils.authoring.nbval_guard import is_over, peak_bytes
from utils.authoring.notebooks import (
    COMPARED_TAG,
    INLINE,
    QUIET,
    NotebookProblem,
    derive,
    execute,
    expected,
    read_notebook,
    sanitized,
    write_notebook,
)
from utils.authoring.run_notebooks import (
    command_of,
    environment_of,
    lanes_of,
    main,
    masters_of,
    run_lanes,
    run_once,
    table,
)
from utils.support.paths import ROOT, SOLUTIONS

TESTS = Path(__file__).resolve().parents[1]
SEARCH_PATH = os.pathsep.join([str(TESTS), str(ROOT), os.environ["PYTHONPATH"]])


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", SEARCH_PATH)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The sample master, executed."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "utils").symlink_to(ROOT / "utils")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", SEARCH_PATH)
        return execute(sample_master(), folder)


@pytest.fixture
def course(tmp_path):
    """A folder in which notebooks of both states find the course."""
    (tmp_path / "utils").symlink_to(ROOT / "utils")
    for name in ("chapters", "solutions"):
        (tmp_path / name).mkdir()
    return tmp_path


def nbval(path, *more, strict=False):
    """Run one notebook as the course's command does; return the exit code and the output."""
    state = "solutions" if strict else "chapters"
    lane = run_notebooks.Lane(state, (path,), 1)
    measures = path.parent / "measures.json"
    done = subprocess.run(
        [*command_of(lane, measures), *more],
        env=environment_of(lane, path.parent),
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=170,
    )
    return done.returncode, done.stdout + done.stderr


def saved(folder, notebook):
    path = folder / "98_sample.ipynb"
    write_notebook(path, notebook)
    return path


def run_small(folder, *sources, outputs=None, more=()):
    """Run a notebook of cells; `outputs` gives for places of compared cells the committed text."""
    outputs = outputs or {}
    notebook = small_notebook(*sources, marked=set(outputs))
    for place, cell in enumerate(notebook.cells, start=-1):
        cell.execution_count = place + 2
        text = outputs.get(place, "x\n" if place == 0 else None)
        if text is not None:
            cell.outputs = [new_output("stream", name="stdout", text=text)]
    return nbval(saved(folder, notebook), *more)


# Both states of a sound notebook


def test_both_states_pass_and_are_measured(course, executed):
    for name, notebook in (("solutions", executed), ("chapters", expected(executed))):
        write_notebook(course / name / "98_sample.ipynb", notebook)
    target = course / "measured.json"
    paths = [str(course / "chapters"), str(course / "solutions" / "98_sample.ipynb")]
    assert main([*paths, "--json", str(target)]) == 0
    measured = json.loads(target.read_text(encoding="utf-8"))
    assert set(measured) == {"chapters/98_sample.ipynb", "solutions/98_sample.ipynb"}
    for name, row in measured.items():
        assert 0.1 < row["cpu_seconds"] < 60 and 0.1 < row["wall_seconds"] < 120
        assert 30 < row["peak_mb"] < 1000
        assert row["threads"] == (4 if name.startswith("solutions") else 1)


def test_a_chapter_without_outputs_is_compared_with_what_its_master_says(
    course, executed, monkeypatch, capsys
):
    monkeypatch.setattr(run_notebooks, "CHAPTERS", course / "chapters")
    monkeypatch.setattr(run_notebooks, "SOLUTIONS", course / "solutions")
    master, chapter = (course / name / "98_sample.ipynb" for name in ("solutions", "chapters"))
    write_notebook(master, executed)
    write_notebook(chapter, derive(executed))
    assert main([str(chapter)]) == 0
    changed = read_notebook(master)
    cell_with(changed, "zeros:").outputs[0].text = "zeros: 3\n"
    write_notebook(master, changed)
    assert main([str(chapter)]) == 1
    assert "zeros: 3" in capsys.readouterr().out
    stale = read_notebook(chapter)
    cell_with(stale, "zeros:").source += "\n" + "x = 1"
    write_notebook(chapter, stale)
    assert main([str(chapter)]) == 1
    assert "run `derive`" in capsys.readouterr().err


# Each chapter once, in both states


def test_both_states_pass_in_one_run(course, executed, monkeypatch):
    monkeypatch.setattr(run_notebooks, "CHAPTERS", course / "chapters")
    master = course / "solutions" / "98_sample.ipynb"
    write_notebook(master, executed)
    with pytest.raises(NotebookProblem, match="run `derive`"):
        run_once([master])
    write_notebook(course / "chapters" / master.name, derive(executed))
    passed, measured = run_once([master])
    assert passed and list(measured) == ["both/98_sample.ipynb"]
    assert measured["both/98_sample.ipynb"]["threads"] == 1


def test_what_has_no_other_state_is_not_passed_over(course, executed, capsys):
    path = course / "solutions" / "01_dataset.ipynb"  # a name of the course, elsewhere
    write_notebook(path, executed)
    assert main(["--once", str(path)]) == 1
    assert "is no chapter of the course" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--once", "--threads", "1"])
    assert "--once goes with none of" in capsys.readouterr().err


def test_the_masters_of_chapters_and_solutions_are_found_once():
    names = ("chapters/01_dataset", "solutions/01_dataset", "chapters/00_start_here")
    lanes = lanes_of([ROOT / f"{name}.ipynb" for name in names])
    assert [path.name for path in masters_of(lanes)] == ["00_start_here.ipynb", "01_dataset.ipynb"]


def test_cells_between_an_answer_and_its_check_belong_to_the_visit(executed):
    master = read_notebook(SOLUTIONS / "01_dataset.ipynb")
    place = next(n for n, cell in enumerate(master.cells) if 'check("1.2"' in cell.source)
    master.cells.insert(place, tagged("shown = 1"))
    ids = [cell.id for cell in both_states(master).cells]
    assert len(set(ids)) == len(ids)
    begin = ids.index("keep-answer-1-2")
    visit = ids[begin : begin + 8]
    assert visit[1] == "solved-answer-1-2" and visit[3] == "solved-check-1-2"
    assert visit[4:6] == ["put-back-answer-1-2", "answer-1-2"] and visit[7] == "check-1-2"


def test_a_strict_check_is_not_made_twice(executed):
    master = read_notebook(SOLUTIONS / "01_dataset.ipynb")
    checks = [cell.source for cell in both_states(master).cells if "check(" in cell.source]
    assert len(checks) >= 12 and not any("strict=True" in source for source in checks)
    assert "assert count_padding" in cell_with(both_states(executed), "assert count").source


def run_both(course, executed, change=None):
    """Run a sample's notebook of both states after a change to it."""
    notebook = both_states(executed)
    if change:
        change(notebook)
    return nbval(saved(course / "chapters", notebook))


def test_a_wrong_solution_fails_in_a_run_of_both_states(course, executed):
    def change(notebook):
        cell = cell_with(notebook, "counts = (np.asarray")
        cell.source = cell.source.replace("axis=1", "axis=0")

    code, text = run_both(course, executed, change)
    assert code == 1 and "wrong axis" in text.lower()


def test_after_a_solution_the_chapter_goes_on_without_it(course, executed):
    def add(*sources):
        def change(notebook):
            notebook.cells += [tagged(source, COMPARED_TAG) for source in sources]
            for cell in notebook.cells[-len(sources) :]:
                cell.execution_count = 99
                cell.outputs = [new_output("stream", name="stdout", text="None\n")]

        return change

    code, text = run_both(course, executed, add("print(count_padding(batch))", "print(answer_2)"))
    assert code == 0, text
    solved = read_notebook(saved(course / "solutions", executed))
    cell_with(solved, "count_padding").source += "\n### BEGIN SOLUTION\nmore = 1\n### END SOLUTION"
    code, text = run_both(course, solved, add("print(more)"))
    assert code == 1 and "name 'more' is not defined" in text


def test_a_placeholder_that_is_taken_for_right_fails_in_a_run_of_both_states(course, executed):
    def change(notebook):
        place = max(n for n, cell in enumerate(notebook.cells) if "answer_2 = None" in cell.source)
        notebook.cells[place].source = "answer_2 = (32, 7)"

    code, text = run_both(course, executed, change)
    assert code == 1 and "Cell outputs differ" in text


# The traps


def test_a_solved_notebook_with_a_wrong_answer_fails(course, executed):
    notebook = read_notebook(saved(course / "solutions", executed))
    cell = cell_with(notebook, "def count_padding")
    cell.source = cell.source.replace("axis=1", "axis=0")
    # As one may edit a notebook by hand: without hidden tests that would notice first.
    check = cell_with(notebook, 'check("98.1"')
    check.source = check.source.split("\n### BEGIN")[0]
    code, text = nbval(saved(course / "solutions", notebook), strict=True)
    assert code == 1 and "CheckFailed" in text and "wrong axis" in text.lower()


def test_an_unsolved_notebook_fails_where_solutions_are_demanded(course, executed):
    code, text = nbval(saved(course / "solutions", expected(executed)), strict=True)
    assert code == 1 and "not attempted yet" in text


def test_a_chapter_with_a_solved_check_committed_fails(course, executed):
    chapter = expected(executed)
    solved = cell_with(executed, 'check("98.3"').outputs
    cell_with(chapter, 'check("98.3"').outputs = solved
    code, text = nbval(saved(course / "chapters", chapter))
    assert code == 1 and "Cell outputs differ" in text


def test_a_stripped_notebook_fails(course, executed):
    stripped = expected(executed)
    for cell in stripped.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    code, text = nbval(saved(course / "chapters", stripped))
    assert code == 1
    assert "was the notebook stripped?" in text and "No cell of this notebook has" in text


def test_another_output_fails_and_timings_do_not_matter(course):
    code, text = run_small(course, "print('loss 2.31')", outputs={0: "loss 2.30\n"})
    assert code == 1 and "Cell outputs differ" in text
    code, text = run_small(
        course, "print('loss 2.31 in 0.53 s')", outputs={0: "loss 2.31 in 7 s\n"}
    )
    assert code == 0, text


def test_a_cell_that_kills_the_kernel_fails_at_once(course):
    start = time.perf_counter()
    code, text = run_small(course, "print('x')", "import os\nos._exit(3)", "print('after')")
    assert code == 1 and "This cell killed the kernel." in text
    assert time.perf_counter() - start < 60  # nbval alone waits for the whole time-out


def test_an_unknown_magic_fails(course):
    code, text = run_small(course, "%surely_unknown\nprint('x')", "print(2)")
    assert code == 1 and "wrote to the error stream" in text and "surely_unknown" in text


def test_a_warning_fails(course):
    code, text = run_small(course, "import warnings\nwarnings.warn('careful')\nprint('x')")
    assert code == 1 and "careful" in text


def test_an_error_in_a_cell_fails(course):
    code, text = run_small(course, "1 / 0")
    assert code == 1 and "ZeroDivisionError" in text


def test_a_slow_cell_is_stopped(course):
    more = ("--nbval-cell-timeout=2",)
    code, text = run_small(course, "import time\ntime.sleep(60)\nprint('x')", more=more)
    assert code == 1 and "Timeout" in text


@pytest.mark.parametrize(
    ("passed", "worked", "idle", "over"),
    [
        (1.9, 3.8, 0.0, False),  # four threads, within the limit by the clock
        (2.1, 2.0, 0.0, True),
        (6.0, 1.9, 1.0, False),  # a crowded machine: it has had a third of the time
        (6.0, 0.01, 6.0, True),  # it sleeps
        (6.0, 1.9, 2.1, True),  # it worked, then hung
        (40.0, 1.9, 1.0, True),
    ],
)
def test_the_limit_of_a_cell_counts_processor_time(passed, worked, idle, over):
    assert is_over(passed, worked, idle, limit=2.0) is over


def test_a_cell_that_works_and_then_hangs_is_stopped(course):
    source = (
        "import time\nend = time.process_time() + 1.5\n"
        "while time.process_time() < end:\n    pass\ntime.sleep(600)\nprint('x')"
    )
    start = time.monotonic()
    code, text = run_small(course, source, more=("--nbval-cell-timeout=2",))
    assert code == 1 and "Timeout" in text
    assert time.monotonic() - start < 120


def test_a_busy_machine_stops_no_cell(course):
    work = (
        "import time\nend = time.process_time() + 1.8\n"
        "while time.process_time() < end:\n    pass\nprint('x')"
    )
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(3 * (os.cpu_count() or 1))
    ]
    try:
        more = ("--nbval-cell-timeout=3",)
        code, text = run_small(course, work, more=more)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert code == 0, text


def test_too_much_memory_fails(course):
    source = "import numpy as np\nlarge = np.ones((300, 1024, 128))\nprint('x')"  # 300 MB
    code, text = run_small(course, source, more=("--nbval-memory-limit=0.25",))
    assert code == 1 and "0.25 GB are the limit" in text
    code, text = run_small(course, source)
    assert code == 0, text


def test_a_failed_lane_fails_the_command(course, capsys):
    notebook = small_notebook("1 / 0")
    path = saved(course / "chapters", notebook)
    passed, _ = run_lanes(lanes_of([path]))
    assert not passed and "ZeroDivisionError" in capsys.readouterr().out


# The command


def test_lanes_are_sorted_by_state_and_name(course):
    for name in ("chapters/02_b", "chapters/01_a", "solutions/01_a"):
        write_notebook(course / f"{name}.ipynb", small_notebook())
    unsolved, solved = lanes_of([course / "chapters", course / "solutions"])
    assert [path.name for path in unsolved.notebooks] == ["01_a.ipynb", "02_b.ipynb"]
    assert (unsolved.state, unsolved.threads) == ("chapters", 1)
    assert (solved.state, solved.threads) == ("solutions", 4)
    swapped = lanes_of([course / "chapters", course / "solutions"], swap=True)
    assert [lane.threads for lane in swapped] == [4, 1]
    assert [lane.threads for lane in lanes_of([course / "solutions"], threads=2)] == [2]
    with pytest.raises(FileNotFoundError, match="no notebook or folder"):
        lanes_of([course / "nowhere"])


def test_the_command_without_notebooks(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run_notebooks, "CHAPTERS", tmp_path / "chapters")
    monkeypatch.setattr(run_notebooks, "SOLUTIONS", tmp_path / "solutions")
    assert main([]) == 0
    assert "no notebooks yet" in capsys.readouterr().out
    assert main([str(tmp_path / "gone.ipynb")]) == 1


def test_the_environment_of_a_lane(tmp_path, monkeypatch):
    monkeypatch.setenv("DATASET", "flickr8k")
    unsolved = environment_of(run_notebooks.Lane("chapters", (), 1), tmp_path)
    solved = environment_of(run_notebooks.Lane("solutions", (), 4), tmp_path)
    assert unsolved["CHECK_STRICT"] == "" and solved["CHECK_STRICT"] == "1"
    assert unsolved["TF_NUM_INTRAOP_THREADS"] == "1" and solved["OMP_NUM_THREADS"] == "4"
    assert "DATASET" not in solved and solved["MPLBACKEND"] == INLINE
    assert QUIET.items() <= solved.items()
    assert unsolved["COURSE_PROGRESS"].startswith(str(tmp_path))


def test_the_root_settings_are_set_and_are_the_notebooks_own():
    assert QUIET.items() <= dict(os.environ).items()
    assert not Path(os.environ["COURSE_PROGRESS"]).is_relative_to(ROOT)


def test_the_table_is_in_reading_order():
    row = {"wall_seconds": 31.4, "cpu_seconds": 40.2, "peak_mb": 812, "threads": 1}
    names = ["solutions/01_a.ipynb", "chapters/02_b.ipynb", "chapters/01_a.ipynb"]
    lines = table({name: row for name in names}).split("\n")
    assert lines[2] == "| chapters/01_a.ipynb | 31 | 40 | 812 | 1 |"
    assert lines[3].startswith("| solutions/01_a") and lines[4].startswith("| chapters/02_b")
    assert "?" in table({"chapters/01_a.ipynb": {"threads": 1}})


def test_peak_memory_of_a_process():
    code = "x = bytearray(200 * 2**20); del x; print(1, flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as process:
        process.stdout.readline()
        peak = peak_bytes(psutil.Process(process.pid))
        process.communicate(b"\n")
    assert peak > (200 * 2**20 if sys.platform == "linux" else 2**20)


# The sanitizers


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<f at 0x7f00aa>", "<f at 0x55de01>"),
        ("in 3.2 s", "in 41 s"),
        ("took 1,203 ms", "took 9 ms"),
        ("81.3 images/s", "7 images/s"),
        ("7.5x faster", "11 times faster"),
        ("exact: yes, approximate: yes, largest difference: 0", "exact: no, approximate: yes, "
         "largest difference: 1.2e-07"),
        ("12ms/step", "9ms/step"),
        ("on 2026-01-02 10:11", "on 2025-12-31"),
    ],
)  # fmt: skip
def test_what_may_differ(first, second):
    assert first != second and sanitized(first) == sanitized(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("shape (3, 4)", "shape (3, 5)"),
        ("loss 2.31", "loss 2.32"),
        ("5 captions", "6 captions"),
        ("8 seas", "9 seas"),
        ("largest difference: 0.5", "largest difference: 0.6"),
        ("2 dogs", "3 dogs"),
    ],
)
def test_what_may_not_differ(first, second):
    assert sanitized(first) != sanitized(second)


# The committed notebooks compare something


@pytest.mark.parametrize(
    "path",
    sorted(SOLUTIONS.glob("*.ipynb")),
    ids=lambda path: path.stem,
)
def test_committed_outputs_are_present_where_compared(path):
    from utils.authoring.rules import marked

    cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
    compared = [cell for cell in cells if marked(cell) == "check"]
    assert len(compared) >= 3
    assert all(cell.outputs and cell.execution_count for cell in compared)
