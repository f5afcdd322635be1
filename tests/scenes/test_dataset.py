import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from utils.captions import clean_caption, read_captions
from utils.scenes import world
from utils.scenes.annotators import write_captions
from utils.scenes.dataset import SPLITS, draw_scene, load_truth, make_scenes, split_list
from utils.scenes.drawing.pen import SIZE, Pen, Ruler
from utils.scenes.drawing.picture import place_subjects
from utils.support.files import sha256
from utils.support.paths import ROOT

ORDINARY = world.sample_world((1200, 0, 0, 0), 0)
COMPOSITIONAL = world.sample_world((0, 0, 0, 60), 0)


def names_of(folder, split):
    return split_list(folder, split).read_text(encoding="utf-8").split()


def test_the_layout_is_flickr8k_s(tiny_scenes):
    captions = read_captions(tiny_scenes / "captions.txt")
    images = sorted(path.name for path in (tiny_scenes / "Images").iterdir())
    splits = [names_of(tiny_scenes, split) for split in SPLITS]
    assert [len(names) for names in splits] == [40, 10, 10, 6]
    listed = sorted(name for names in splits for name in names)
    assert listed == images == sorted(captions) == sorted(load_truth(tiny_scenes))
    assert {len(texts) for texts in captions.values()} == {5}
    for name in images:
        with Image.open(tiny_scenes / "Images" / name) as image:
            assert image.size == (224, 224) and image.mode == "RGB" and image.format == "JPEG"


def test_the_same_seed_gives_the_same_files_in_any_process(tiny_scenes, tmp_path):
    code = (
        "import sys; from pathlib import Path; from utils.scenes.dataset import make_scenes; "
        "make_scenes(Path(sys.argv[1]), sizes=(4, 1, 1, 1))"
    )
    for number in ("1", "2"):
        environment = {"PYTHONHASHSEED": number, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / number)], check=True, env=environment
        )
    files = sorted(p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*.*"))
    assert len(files) == 7 + 6
    for file in files:
        assert sha256(tmp_path / "1" / file) == sha256(tmp_path / "2" / file), file
    first = "Images/scene_00001.jpg"
    assert sha256(tmp_path / "1" / first) == sha256(tiny_scenes / first)


def test_another_seed_gives_other_pictures():
    assert world.sample_world((5, 0, 0, 0), 1) != world.sample_world((5, 0, 0, 0), 0)


def test_two_processes_write_the_same_as_one(tmp_path):
    make_scenes(tmp_path / "many", sizes=(200, 0, 0, 1), progress=True)
    assert len(list((tmp_path / "many" / "Images").iterdir())) == 201
    scene = world.sample_world((200, 0, 0, 1), 0)[150]
    draw_scene(scene).save(tmp_path / "alone.jpg", quality=88)
    assert sha256(tmp_path / "alone.jpg") == sha256(tmp_path / "many/Images/scene_00151.jpg")


def test_a_script_without_a_main_guard_runs_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nfrom utils.scenes.dataset import make_scenes\nprint('started')\n"
        "make_scenes(Path(__file__).parent / 'scenes', sizes=(200, 0, 0, 0))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["started"]


def test_a_failed_run_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("utils.scenes.dataset.draw_scene", lambda scene: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_scenes(tmp_path / "scenes", sizes=(2, 0, 0, 0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sizes", [(1, 2, 3), (0, 0, 0, 0), (5, -1, 1, 1)])
def test_wrong_sizes_are_refused(tmp_path, sizes):
    with pytest.raises(ValueError, match="four whole numbers"):
        make_scenes(tmp_path / "scenes", sizes=sizes)


def test_truth_of_another_dataset_is_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="only the Scenes know"):
        load_truth(tmp_path)


def test_truth_round_trip(tiny_scenes):
    scenes = world.sample_world((40, 10, 10, 6), 0)
    assert list(load_truth(tiny_scenes).values()) == scenes


def test_there_is_enough_to_see():
    def values(field):
        return {getattr(scene, field) for scene in ORDINARY} - {""}

    assert len(values("who")) >= 12 and len(values("where")) >= 8 and len(values("when")) >= 5
    assert len(values("what")) >= 10 and len(values("prop")) >= 10
    assert len(values("colour") | values("prop_colour")) >= 8
    assert values("count") == {1, 2, 3}
    assert {"next to", "behind", "under"} <= values("relation")
    counts = Counter(scene.who for scene in ORDINARY[:1000])
    assert min(counts.values()) >= 35, counts


def test_held_out_combinations_are_new_but_their_parts_are_known():
    assert not any(world.held_out(scene) for scene in ORDINARY)
    assert all(world.held_out(scene) for scene in COMPOSITIONAL)
    shown = {c for s in COMPOSITIONAL for c in map(str, world.held_out(s))}
    assert len(shown) >= 14
    for combination in world.HELD_OUT:
        for field, value in combination.items():
            assert sum(getattr(scene, field) == value for scene in ORDINARY[:1000]) >= 20


def test_scenes_make_sense():
    for scene in ORDINARY + COMPOSITIONAL:
        assert scene.where in world.HOMES[scene.who] and scene.when in world.WEATHER[scene.where]
        assert (scene.what, scene.prop) in world.DEEDS[scene.who]
        assert bool(scene.thing) == bool(scene.relation)
        assert not scene.thing or scene.relation in world.RELATED[scene.thing]


@pytest.mark.parametrize("field, value", [("colour", "blue"), ("where", "desert"), ("count", 3)])
def test_one_changed_fact_changes_the_picture(field, value):
    scene = world.Scene("boy", "standing", "park", "sunny", "red", seed=5)
    before, after = (
        np.asarray(draw_scene(s), int) for s in (scene, replace(scene, **{field: value}))
    )
    assert (before == np.asarray(draw_scene(scene), int)).all()
    assert (abs(before - after).max(-1) > 30).mean() > 0.01


def test_every_subject_place_and_time_can_be_drawn():
    rng = random.Random(3)
    for who in world.SUBJECTS:
        for _ in range(6):
            picture = np.asarray(draw_scene(world.sample_scene(rng, who)))
            assert picture.shape == (224, 224, 3) and picture.std() > 10


def test_nobody_and_nothing_held_is_cut_off():
    for scene in ORDINARY[:300] + COMPOSITIONAL:
        places = place_subjects(scene, random.Random(scene.seed))
        assert len(places) == scene.count
        for place in places:
            half = place.figure.width * place.scale / 2
            assert place.middle - half > -0.001 and place.middle + half < 1.001, scene
            assert place.y + place.figure.reach[3] * place.scale < 1.02, scene
            assert place.scale > 0.08, scene


def test_a_ruler_measures_what_a_pen_draws():
    def shapes(pen):
        pen.fill((0, 0, 0), [(-0.2, 0), (0.1, 0), (0.1, 0.3)], outline=0)
        pen.at(0.1, 0.2, 90, 0.5).dot((0, 0, 0), 0.4, 0, 0.1)

    ruler, painted = Ruler(), Image.new("RGB", (SIZE, SIZE), "white")
    shapes(ruler)
    assert ruler.reach == pytest.approx([-0.2, 0.15, 0, 0.45], abs=0.002)
    shapes(Pen(painted, SIZE / 2, SIZE, SIZE))
    left, top, right, bottom = painted.convert("L").point(lambda v: 255 - v).getbbox()
    box = [left / SIZE - 0.5, right / SIZE - 0.5, 1 - bottom / SIZE, 1 - top / SIZE]
    assert box == pytest.approx(ruler.reach, abs=0.01)


def test_captions_are_rich_enough():
    captions = [clean_caption(text) for scene in ORDINARY for text in write_captions(scene)]
    texts = [text for scene in ORDINARY for text in write_captions(scene)]
    vocabulary = {word for tokens in captions for word in tokens}
    assert 250 <= len(vocabulary) <= 500
    assert 9 <= np.mean([len(tokens) for tokens in captions]) <= 12
    assert sum("," in text for text in texts) > 200 and sum('"' in text for text in texts) > 50
    assert all(len(set(write_captions(scene))) >= 3 for scene in ORDINARY)
