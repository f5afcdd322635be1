"""How cost grows: the stages, their processes, the table, the plot; no speed is tested here."""

import json
import subprocess

import numpy as np
import pytest

from utils.commands import scaling, scaling_page
from utils.commands.scaling import STAGES, Place, main, measure, measures, run_stage
from utils.commands.scaling_page import BEGIN, COLOURS, END, NUMBERS, PAGE, PLOT, bend
from utils.support.files import is_png

SIZES = (1_000, 4_000, 16_000)


def costs(per_photo=0.01, fixed=2.0, kind="anonymous"):
    """What would have been measured where every stage has a fixed part and a part a photo."""
    found = {}
    for size in SIZES:
        one = {"photos": size, "seconds": fixed + per_photo * size}
        memory = {"megabytes": 600.0, "memory": kind}
        found[str(size)] = {name: one | (memory if name != "drawing" else {}) for name in STAGES}
    return found


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A folder in which all stages have run on 40 pictures, in this process."""
    place = Place(tmp_path_factory.mktemp("scaling"), 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAPTIONING_CACHE", str(place.cache))
        for stage in STAGES:
            run_stage(place, stage)
    return place.folder


def test_every_stage_leaves_its_photos_seconds_and_memory(measured):
    found = measures(measured)["40"]
    assert set(found) == set(STAGES)
    photos = {stage: one["photos"] for stage, one in found.items()}
    assert photos == {"training": 32} | dict.fromkeys(set(STAGES) - {"training"}, 40)
    assert all(one["seconds"] > 0 for one in found.values())
    assert "megabytes" not in found["drawing"]
    assert all(found[stage]["megabytes"] > 50 for stage in set(STAGES) - {"drawing"})
    assert len(Place(measured, 40).captions.read_text(encoding="utf-8").splitlines()) == 40


def test_what_is_measured_is_not_measured_again(measured, monkeypatch, capsys):
    def refuse(*arguments, **settings):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert main(["40", "--folder", str(measured)]) == 0
    shown = capsys.readouterr().out
    assert "| training | 32 |" in shown and "| scoring | 40 |" in shown


def test_each_stage_has_a_process_and_a_cache_of_its_own(tmp_path, monkeypatch):
    started = []
    run = subprocess.run

    def note(command, **settings):
        started.append((command[-1], settings["env"]["CAPTIONING_CACHE"]))
        return run(command, **settings)

    monkeypatch.setattr(subprocess, "run", note)
    monkeypatch.setattr(scaling, "STAGES", {"drawing": None})  # of this process alone
    place = Place(tmp_path, 40)
    measure(place)
    assert started == [("drawing", str(place.cache))]
    assert len(list((place.scenes / "Images").iterdir())) == 40
    assert measures(tmp_path)["40"]["drawing"]["photos"] == 40


def test_scenes_that_are_there_are_not_drawn_again(tmp_path, monkeypatch):
    monkeypatch.setattr(scaling, "STAGES", {"drawing": None})
    Place(tmp_path, 40).scenes.mkdir()
    measure(Place(tmp_path, 40))
    assert measures(tmp_path) == {}


def test_a_stage_that_fails_is_a_sentence_and_the_others_stay(measured, monkeypatch):
    failed = subprocess.CompletedProcess([], -9)
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **settings: failed)
    kept = measures(measured)
    monkeypatch.setattr(scaling, "STAGES", {**STAGES, "more": None})
    with pytest.raises(RuntimeError, match=r"stage more of 40 photos has failed \(it was killed"):
        measure(Place(measured, 40))
    assert measures(measured) == kept


def test_too_few_photos_are_refused(tmp_path):
    with pytest.raises(ValueError, match="29 photos are too few"):
        main(["29", "40", "--folder", str(tmp_path)])


def test_the_table_tells_the_fixed_part_from_the_price_of_a_photo():
    lines = scaling_page.table(costs()).splitlines()
    assert len(lines) == 2 + len(STAGES) * len(SIZES)
    assert "| features | 1,000 | 12.0 | 12.00 |  | 600 |" in lines
    assert "|  | 16,000 | 162.0 | 10.12 | 10.00 | 600 |" in lines
    assert "|  | 16,000 | 162.0 | 10.12 | 10.00 |  |" in lines  # drawing


def test_a_bend_is_told():
    photos = np.array([1_000, 4_000, 16_000, 64_000])
    assert bend(photos, 2 + 0.01 * photos) < 1e-9
    assert bend(photos, 0.01 * photos * np.log(photos)) > 0.1
    assert bend(photos[:2], [1.0, 100.0]) is None
    assert "features 0%" in scaling_page.report(costs())
    assert "straight line" not in scaling_page.report({"40": costs()["1000"]})


def test_another_measure_of_memory_is_said():
    assert "resident memory" in scaling_page.report(costs(kind="resident"))
    assert "resident memory" not in scaling_page.report(costs())


def test_the_plot_has_a_line_and_a_name_for_each_stage():
    left, right = scaling_page.plot(costs()).axes
    for axis, names in ((left, list(STAGES)), (right, list(STAGES)[1:])):
        assert sorted(text.get_text() for text in axis.texts) == sorted(names)
        assert len(axis.lines) == len(names)
        heights = sorted(text.get_position()[1] for text in axis.texts)
        assert np.diff(heights).min() > 0.03  # equal values, and no name over another
    np.testing.assert_allclose(left.lines[0].get_ydata(), [12, 10.5, 10.125])
    assert list(COLOURS) == list(STAGES)


def test_publishing_writes_numbers_plot_and_table(tmp_path):
    (tmp_path / PAGE).write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    scaling_page.publish(costs(), tmp_path)
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert page.startswith("before\n") and page.endswith("after\n") and "old" not in page
    assert "| features | 1,000 | 12.0 |" in page and f"]({PLOT})" in page
    assert is_png(tmp_path / PLOT)
    assert json.loads((tmp_path / NUMBERS).read_text(encoding="utf-8")) == costs()
    (tmp_path / PAGE).write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="where the table belongs"):
        scaling_page.publish(costs(), tmp_path)


def test_the_page_shows_the_numbers_that_come_with_the_course():
    page = (scaling_page.RESULTS / PAGE).read_text(encoding="utf-8")
    assert BEGIN in page and END in page
    if (scaling_page.RESULTS / NUMBERS).is_file():
        found = measures(scaling_page.RESULTS)
        assert scaling_page.with_costs(page, found) == page
        assert (scaling_page.RESULTS / PLOT).is_file()
