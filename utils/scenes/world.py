"""The truth of the Scenes dataset: what there is to draw, and which of it goes together.

A `Scene` is the whole truth about one picture. `sample_scene` draws one that makes sense (cows
do not read, nobody swims in a desert); `HELD_OUT` lists combinations that the ordinary splits
never show, so that the compositional test list can ask for something new made of known parts.
"""

import random
from dataclasses import asdict, dataclass, fields
from typing import Any

PEOPLE = ("man", "woman", "boy", "girl")
ANIMALS = ("dog", "cat", "horse", "cow", "sheep", "pig", "rabbit", "duck", "bear", "camel")
SUBJECTS = PEOPLE + ANIMALS
PLACES = (
    "beach",
    "forest",
    "park",
    "street",
    "mountain",
    "farm",
    "lake",
    "desert",
    "room",
)
TIMES = ("sunny", "sunset", "night", "rain", "snow")
OFTEN = {"sunny": 3, "sunset": 2, "night": 2, "rain": 2, "snow": 3}
# Far enough apart to be told at dusk and at night, too.
CLOTHES_COLOURS = ("red", "yellow", "green", "blue", "white")
# What is smaller comes in two colours each, as unlike as can be.
PROP_COLOURS: dict[str, tuple[str, str]] = {
    "ball": ("red", "blue"),
    "kite": ("red", "yellow"),
    "balloon": ("yellow", "blue"),
    "umbrella": ("red", "green"),
    "bicycle": ("yellow", "blue"),
}

# What a subject may do: (action, prop). The empty prop means that nothing is held or used.
_BODY = (
    ("standing", ""),
    ("running", ""),
    ("sitting", ""),
    ("jumping", ""),
    ("sleeping", ""),
    ("swimming", ""),
)
_HUMAN_DEEDS = (
    *_BODY,
    ("eating", "apple"),
    ("eating", "ice cream"),
    ("riding", "bicycle"),
    ("playing", "ball"),
    *(2 * (("flying", "kite"), ("holding", "umbrella"))),  # some of theirs are held out (below)
    ("holding", "balloon"),
    ("reading", "book"),
)


def _deeds(*bodily: str, food: str = "", ball: bool = False) -> tuple[tuple[str, str], ...]:
    """Return what an animal can do, as (action, prop) pairs."""
    deeds = [(action, "") for action in bodily]
    deeds += [("eating", food)] if food else []
    return tuple(deeds + ([("playing", "ball")] if ball else []))


DEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(PEOPLE, _HUMAN_DEEDS),
    "dog": _deeds(
        "standing", "running", "sitting", "jumping", "sleeping", "swimming", food="bowl", ball=True
    ),
    "cat": _deeds("standing", "running", "sitting", "jumping", "sleeping", food="bowl", ball=True),
    "horse": _deeds("standing", "running", "jumping", food="grass"),
    "cow": _deeds("standing", "running", "sleeping", food="grass"),
    "sheep": _deeds("standing", "running", "jumping", "sleeping", food="grass"),
    "pig": _deeds("standing", "running", "sitting", "sleeping", food="bowl"),
    "rabbit": _deeds("sitting", "running", "jumping", "sleeping", food="carrot"),
    "duck": _deeds("standing", "running", "swimming", "sleeping"),
    "bear": _deeds("standing", "running", "sitting", "sleeping", ball=True),
    "camel": _deeds("standing", "running", "sleeping"),
}
HOMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(PEOPLE, PLACES),
    "dog": ("beach", "forest", "park", "street", "mountain", "farm", "lake", "room"),
    "cat": ("park", "street", "farm", "room"),
    "horse": ("farm", "forest", "beach", "desert", "lake"),
    "cow": ("farm", "lake", "park", "mountain"),
    "sheep": ("farm", "mountain", "park"),
    "pig": ("farm", "forest", "street"),
    "rabbit": ("farm", "forest", "park", "mountain", "room"),
    "duck": ("lake", "park", "farm", "beach"),
    "bear": ("forest", "mountain", "lake"),
    "camel": ("desert", "beach", "street"),
}
COATS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(PEOPLE, CLOTHES_COLOURS),
    "dog": ("brown", "black", "white"),
    "cat": ("orange", "black", "gray"),
    "horse": ("brown", "black", "white"),
    "cow": ("black", "brown"),
    "sheep": ("white", "black"),
    "pig": ("pink",),
    "rabbit": ("white", "brown", "gray"),
    "duck": ("yellow", "white", "brown"),
    "bear": ("brown", "black"),
    "camel": ("brown",),
}
WEATHER: dict[str, tuple[str, ...]] = {
    "beach": ("sunny", "sunset", "night", "rain"),
    "forest": TIMES,
    "park": TIMES,
    "street": TIMES,
    "mountain": ("sunny", "sunset", "night", "snow"),
    "farm": TIMES,
    "lake": ("sunny", "sunset", "night", "rain"),
    "desert": ("sunny", "sunset", "night"),
    "room": TIMES,
}
# Which thing may stand in which place, and how a subject may be placed to it.
THINGS: dict[str, tuple[str, ...]] = {
    "beach": ("boat", "sandcastle", "rock"),
    "forest": ("tent", "rock"),
    "park": ("tree", "bench"),
    "street": ("car", "lamp"),
    "mountain": ("rock", "house", "tent"),
    "farm": ("fence", "tree", "house"),
    "lake": ("boat", "tree", "bench"),
    "desert": ("cactus", "tent"),
    "room": ("table", "sofa"),
}
RELATED: dict[str, tuple[str, ...]] = {
    "tree": ("next to", "under"),
    "bench": ("next to", "behind"),
    "car": ("behind", "in front of"),
    "house": ("in front of",),
    "tent": ("next to",),
    "boat": ("next to", "behind"),
    "sandcastle": ("next to", "behind"),
    "rock": ("next to",),
    "snowman": ("next to",),
    "fence": ("behind", "in front of"),
    "cactus": ("next to",),
    "table": ("under", "next to"),
    "sofa": ("in front of", "behind"),
    "lamp": ("next to",),
}
THING_COLOURS: dict[str, tuple[str, str]] = {
    "car": ("red", "blue"),
    "tent": ("yellow", "blue"),
    "boat": ("red", "green"),
    "sofa": ("red", "green"),
}
SMALL = ("dog", "cat", "rabbit")

# Never in train, dev or test: (field, value) pairs that only the compositional list combines.
HELD_OUT: tuple[dict[str, str], ...] = (
    {"who": "girl", "prop": "kite"},
    {"who": "man", "prop": "book"},
    {"who": "woman", "prop": "bicycle"},
    {"who": "boy", "prop": "umbrella"},
    {"who": "dog", "what": "swimming"},
    {"who": "cat", "what": "jumping"},
    {"who": "sheep", "what": "running"},
    {"who": "horse", "where": "beach"},
    {"who": "rabbit", "where": "mountain"},
    {"who": "boy", "where": "desert"},
    {"who": "dog", "where": "street"},
    {"who": "cow", "where": "park"},
    {"who": "man", "colour": "green"},
    {"who": "girl", "colour": "yellow"},
    {"who": "woman", "colour": "red"},
    {"who": "cat", "colour": "black"},
)


@dataclass(frozen=True)
class Scene:
    """Everything that is true of one picture.

    `who`, `what`, `where` and `when` are the subject, the action, the place, and the time of day
    or weather; `colour` is that of a person's clothes or an animal's coat and `count` (1-3) the
    number of subjects. `prop` is what the subject uses, `thing` what it is placed to by
    `relation`; both are empty where there is none. `seed` fixes the parts that no caption tells
    (positions, sizes, poses, clouds), so `dataclasses.replace` gives the same picture with one
    fact changed.
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
