"""The truth of the Scenes dataset: what there is to draw, and which of it goes together.

A `Scene` is the whole truth about one picture. `sample_scene` draws one that makes sense (cows
do not read, nobody swims in a desert); `HELD_OUT` lists combinations that the ordinary splits
never show, so that the compositional test list can ask for something new made of known parts.
The lists themselves are data (`world.toml`).
"""

import random
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

Names = tuple[str, ...]
_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _lists(name: str) -> dict[str, Names]:
    """Return a table of `world.toml` whose rows are lists; "people" stands for each of them."""
    rows = {key: tuple(row) for key, row in _TABLES[name].items()}
    return dict.fromkeys(PEOPLE, rows.pop("people")) | rows if "people" in rows else rows


PEOPLE: Names = tuple(_TABLES["people"])
ANIMALS: Names = tuple(_TABLES["animals"])
SUBJECTS = PEOPLE + ANIMALS
PLACES: Names = tuple(_TABLES["places"])
TIMES: Names = tuple(_TABLES["times"])
SMALL: Names = tuple(_TABLES["small"])
OFTEN: dict[str, int] = _TABLES["often"]
PROP_COLOURS, THING_COLOURS = _lists("prop_colours"), _lists("thing_colours")
HOMES, COATS, WEATHER = _lists("homes"), _lists("coats"), _lists("weather")
THINGS, RELATED = _lists("things"), _lists("related")
# What a subject may do: (action, prop). The empty prop means that nothing is held or used.
DEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    who: tuple((action, prop) for action, prop in deeds) for who, deeds in _lists("deeds").items()
}
# Never in train, dev or test: (field, value) pairs that only the compositional list combines.
HELD_OUT: tuple[dict[str, str], ...] = tuple(_TABLES["held_out"])


@dataclass(frozen=True)
class Scene:
    """Everything that is true of one picture.

    `who`, `what`, `where` and `when` are the subject, the action, the place, and the time of day
    or weather; `colour` is that of a person's clothes or an animal's coat and `count` (1-3) the
    number of subjects. `prop` is what the subject uses. `thing` is what it stands near, and
    `relation` says how ("behind"). These are empty where there is none. `seed` fixes the parts
    that no caption tells (positions, sizes, poses, clouds), so `dataclasses.replace` gives the
    same picture with one fact changed.
    """

    who: str
    what: str
    where: str
    when: str
    colour: str
    count: int = 1
    prop: str = ""
    prop_colour: str = ""
    thing: str = ""
    thing_colour: str = ""
    relation: str = ""
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the scene as a plain dictionary (one line of `truth.jsonl`)."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "Scene":
        """Build a scene from a dictionary; keys that are not fields (`image`) are ignored."""
        names = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in record.items() if key in names})

    @property
    def human(self) -> bool:
        """Whether the subject is a person."""
        return self.who in PEOPLE


def held_out(scene: Scene) -> list[dict[str, str]]:
    """Return the held-out combinations that the scene shows (none in the ordinary splits)."""
    return [
        combination
        for combination in HELD_OUT
        if all(getattr(scene, field) == value for field, value in combination.items())
    ]


def _sensible(what: str, prop: str, who: str, where: str, when: str) -> bool:
    """Tell whether the deed goes with the place and the weather."""
    indoors, wet = where == "room", when in ("rain", "snow")
    cold = where == "mountain" or when == "snow"
    if what == "swimming":
        return where in ("lake", "beach") and when != "snow"
    if prop == "grass":
        return where in ("farm", "park", "lake", "forest") and when != "snow"
    if prop == "bicycle":
        return where in ("street", "park", "farm", "forest") and when != "snow"
    if prop == "kite":
        return where in ("beach", "park", "farm", "lake", "desert") and when in ("sunny", "sunset")
    if prop == "umbrella":
        return not indoors and when in ("rain", "snow", "sunny")
    if prop == "ice cream":
        return not cold and when != "rain"
    if who in PEOPLE and not indoors and (what in ("sleeping", "sitting") or prop == "book"):
        rough = cold or where in ("street", "desert")
        return not wet and not (rough and what == "sleeping")
    return True


def _sample_deed(rng: random.Random, who: str) -> tuple[str, str, str, str]:
    """Return a sensible (action, prop, place, time) for the subject."""
    what, prop = rng.choice(DEEDS[who])
    while True:
        where = rng.choice(HOMES[who])
        times = WEATHER[where]
        when = rng.choices(times, [OFTEN[time] for time in times])[0]
        if prop == "umbrella" and rng.random() < 0.5 and "rain" in times:
            when = "rain"
        if _sensible(what, prop, who, where, when):
            return what, prop, where, when


def _sample_thing(
    rng: random.Random, who: str, what: str, prop: str, where: str, when: str
) -> dict[str, str]:
    """Return a thing and the relation to it, or nothing; nothing covers what tells the action."""
    if rng.random() < 0.5 or prop in ("bicycle", "kite"):
        return {}
    things = ["boat"] if what == "swimming" else list(THINGS[where])
    if when == "snow" and where != "room":
        things += ["snowman", "snowman"]
    thing = rng.choice(things)
    relations = list(RELATED[thing])
    if (thing == "table" and who not in SMALL) or prop in ("umbrella", "balloon"):
        relations = [relation for relation in relations if relation != "under"]
    if what in ("sleeping", "sitting", "eating", "reading", "swimming", "jumping") or prop:
        relations = [relation for relation in relations if relation != "behind"]
    if not relations:
        return {}
    colour = rng.choice(THING_COLOURS[thing]) if thing in THING_COLOURS else ""
    return {"thing": thing, "thing_colour": colour, "relation": rng.choice(relations)}


def _sample_count(rng: random.Random, who: str, prop: str, relation: str) -> int:
    """Return 1, 2 or 3; fewer where the subject or what it holds takes much room."""
    count = rng.choices((1, 2, 3), (70, 20, 10))[0]
    if prop and rng.random() < 0.5:
        count = 1  # whoever holds something is mostly alone, and so large enough to see it
    large = who in ("horse", "cow", "camel", "bear", "pig")
    if (large or prop) and relation == "next to":
        return 1
    roomy = large or prop in ("bicycle", "kite", "umbrella")
    return min(count, 2) if roomy or relation else count


def sample_scene(rng: random.Random, who: str | None = None) -> Scene:
    """Draw one sensible scene, held-out combinations included; `who` may fix the subject."""
    people = rng.random() < 0.46
    who = who or rng.choice(PEOPLE if people else ANIMALS)
    what, prop, where, when = _sample_deed(rng, who)
    colour = rng.choice(COATS[who])
    paints = [paint for paint in PROP_COLOURS.get(prop, ("",)) if paint != colour]
    thing = _sample_thing(rng, who, what, prop, where, when)
    return Scene(
        who=who,
        what=what,
        where=where,
        when=when,
        colour=colour,
        count=_sample_count(rng, who, prop, thing.get("relation", "")),
        prop=prop,
        prop_colour=rng.choice(paints),
        seed=rng.randrange(2**31),
        **thing,
    )


def sample_ordinary(rng: random.Random) -> Scene:
    """Draw a scene that shows no held-out combination (train, dev and test)."""
    while held_out(scene := sample_scene(rng)):
        pass
    return scene


def sample_compositional(rng: random.Random) -> Scene:
    """Draw a scene that shows a held-out combination, each combination equally often."""
    combination = rng.choice(HELD_OUT)
    while combination not in held_out(scene := sample_scene(rng, who=combination["who"])):
        pass
    return scene


def sample_world(sizes: tuple[int, int, int, int], seed: int) -> list[Scene]:
    """Return the scenes of train, dev, test and the compositional list, in this order.

    Each picture has its own random generator (seeded by a string: the same on every machine),
    so that changing one size leaves the other pictures of the same number as they were.
    """
    ordinary, extra = sum(sizes[:3]), sizes[3]
    scenes = [sample_ordinary(random.Random(f"{seed}/{index}")) for index in range(ordinary)]
    scenes += [
        sample_compositional(random.Random(f"{seed}/compositional/{index}"))
        for index in range(extra)
    ]
    return scenes
