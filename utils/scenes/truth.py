"""The truth score: which facts a caption states, and which of them the picture shows.

Overlap with references (BLEU) cannot tell whether "a red ball" is there. The Scenes know, because
each picture comes from a `Scene`. A caption is read from left to right with the words of
`utils/scenes/words.py`; colours and numbers belong to the noun that they modify.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from utils.scenes import words
from utils.scenes.world import PEOPLE, Scene

Fact = tuple[str, str]
KINDS = (
    "subject",
    "count",
    "colour",
    "action",
    "prop",
    "prop_colour",
    "place",
    "time",
    "thing",
    "thing_colour",
    "relation",
)
# Words that may stand between a colour and its noun.
FILLERS = {adjective for adjectives in words.ADJECTIVES.values() for adjective in adjectives} | {
    "and",
    "t",
    "tall",
    "wooden",
    "big",
    "small",
    "old",
}
# With these props a person visibly holds something and, sitting readers apart, stands.
_HELD = ("apple", "ice cream", "book", "kite", "balloon", "umbrella")


def _lexicon() -> dict[tuple[str, ...], Fact]:
    """Return word sequences -> (kind of word, value)."""
    table: dict[str, Fact] = {}
    for colour, names in words.COLOUR_NAMES.items():
        table |= {name: ("colour", colour) for name in names}
    for name in words.CLOTHING_WORDS:
        table[name] = ("clothes", name)
    subjects = {name: who for who, names in words.SUBJECT_NAMES.items() for name in names}
    subjects |= {name: name for name in words.GENERIC_NAMES}
    for kind, names_of in (("prop", words.PROP_NAMES), ("thing", words.THING_NAMES)):
        for value, names in names_of.items():
            for name in names:
                for form in (name, words.plural(name)):
                    table[form] = (kind, value)
    for name, who in subjects.items():
        table[words.plural(name)] = ("subjects", who)
        table[name] = ("subject", who)
    for kind, words_of in (("place", words.PLACE_WORDS), ("time", words.TIME_WORDS)):
        table |= {name: (kind, value) for value, names in words_of.items() for name in names}
    for relation, names in words.RELATION_WORDS.items():
        for name in names:
            table[name] = ("relation", "near" if name in words.VAGUE_RELATIONS else relation)
    table |= {name: ("action", action) for name, action in words.ACTION_WORDS.items()}
    table |= {name: ("count", number) for name, number in words.COUNT_WORDS.items()}
    table["sheep"] = ("sheep", "sheep")  # one form for one and for many
    table["outside"] = table["outdoors"] = ("place", "outdoors")
    return {tuple(name.split()): fact for name, fact in table.items()}


LEXICON = _lexicon()
_LONGEST = max(map(len, LEXICON))


@dataclass
class _Reader:
    """Reads a caption word by word and remembers what waits for its noun."""

    facts: set[Fact] = field(default_factory=set)
    colours: list[str] = field(default_factory=list)
    count: str = ""
    relation: str = ""
    last: Fact = ("", "")

    def read(self, kind: str, value: str) -> None:
        """Take the next known word."""
        if kind in ("colour", "count", "relation"):
            self._modifier(kind, value)
        elif kind in ("subject", "subjects", "sheep"):
            self._subject(kind, value)
        elif kind in ("prop", "thing"):
            self._object(kind, value)
        elif kind == "clothes":
            self.facts |= {("colour", colour) for colour in self.colours}
            self.drop()
        else:
            self.loose()
            self.facts.add((kind, value))
            self.count = self.relation = ""

    def _modifier(self, kind: str, value: str) -> None:
        if kind == "colour":
            self.colours.append(value)
            return
        self.loose()
        if kind == "count":
            self.count = value
        else:
            self.relation, self.count = value, ""

    def _subject(self, kind: str, value: str) -> None:
        self.facts.add(("subject", value))
        self.facts |= {("colour", colour) for colour in self.colours}
        plain = "1" if kind == "subject" else "many"
        if kind == "sheep" and not self.count:
            plain = ""
        count = (
            self.count if self.count and not (kind == "subjects" and self.count == "1") else plain
        )
        if count:
            self.facts.add(("count", count))
        self.last = ("subject", value)
        self.drop()

    def _object(self, kind: str, value: str) -> None:
        self.facts.add((kind, value))
        self.facts |= {(f"{kind}_colour", f"{colour} {value}") for colour in self.colours}
        if kind == "thing" and self.relation:
            self.facts.add(("relation", f"{self.relation} {value}"))
        self.last = (kind, value)
        self.drop()

    def drop(self) -> None:
        """Forget what has found its noun."""
        self.colours, self.count, self.relation = [], "", ""

    def loose(self) -> None:
        """Give colours that no noun followed ("in red", "is brown") to the noun before them."""
        kind, value = self.last
        for colour in self.colours:
            if kind == "subject":
                self.facts.add(("colour", colour))
            elif kind:
                self.facts.add((f"{kind}_colour", f"{colour} {value}"))
        self.colours = []


def stated_facts(tokens: Sequence[str]) -> frozenset[Fact]:
    """Return the (kind, value) facts that a caption states; any sequence of words is allowed.

    Kinds are those of `KINDS`. Values are plain words: ("count", "2") or, for a bare plural,
    ("count", "many"); ("prop_colour", "red ball"); ("relation", "behind bench").
    """
    reader, index = _Reader(), 0
    while index < len(tokens):
        for size in range(min(_LONGEST, len(tokens) - index), 0, -1):
            found = LEXICON.get(tuple(tokens[index : index + size]))
            if found:
                reader.read(*found)
                index += size
                break
        else:
            # A word that can stand between a colour and its noun keeps the colour waiting.
            if tokens[index] not in FILLERS:
                reader.loose()
            index += 1
    reader.loose()
    return frozenset(reader.facts)


def scene_facts(scene: Scene) -> frozenset[Fact]:
    """Return the facts that a complete caption of the scene would state."""
    facts = {
        ("subject", scene.who),
        ("count", str(scene.count)),
        ("colour", scene.colour),
        ("action", scene.what),
        ("place", scene.where),
        ("time", scene.when),
    }
    if scene.prop:
        facts.add(("prop", scene.prop))
    if scene.prop_colour:
        facts.add(("prop_colour", f"{scene.prop_colour} {scene.prop}"))
    if scene.thing:
        facts |= {("thing", scene.thing), ("relation", f"{scene.relation} {scene.thing}")}
    if scene.thing_colour:
        facts.add(("thing_colour", f"{scene.thing_colour} {scene.thing}"))
    return frozenset(facts)


def true_facts(scene: Scene) -> frozenset[Fact]:
    """Return every fact that may be stated without being wrong, the vaguer ones included."""
    facts = set(scene_facts(scene))
    facts |= {("subject", name) for name, whos in words.GENERIC_NAMES.items() if scene.who in whos}
    facts |= _also_done(scene)
    if scene.count > 1:
        facts.add(("count", "many"))
    if scene.where != "room":
        facts.add(("place", "outdoors"))
    if scene.thing:
        facts.add(("relation", f"near {scene.thing}"))
    if scene.who == "cow":
        facts.add(("colour", "white"))
    fixed = {"apple": "red", "carrot": "orange", "grass": "green", "bowl": "blue"}
    if scene.prop in fixed:
        facts.add(("prop_colour", f"{fixed[scene.prop]} {scene.prop}"))
    always = {
        "tree": "green",
        "cactus": "green",
        "rock": "gray",
        "snowman": "white",
        "bench": "brown",
    }
    if scene.thing in always:
        facts.add(("thing_colour", f"{always[scene.thing]} {scene.thing}"))
    return frozenset(facts)


def _also_done(scene: Scene) -> set[Fact]:
    """Return the actions that the picture shows beside the main one."""
    also = set()
    if scene.who in PEOPLE and scene.prop in _HELD:
        also |= {("action", "holding")}
        also |= {("action", "sitting" if scene.prop == "book" else "standing")}
    if scene.what in ("playing", "eating"):
        also.add(("action", "standing"))
    return also


@dataclass(frozen=True)
class TruthScore:
    """Precision and recall (0 to 1) of the facts that captions state about their scenes.

    `precision` is the share of stated facts that are true, `recall` the share of the scenes'
    facts that are stated; facts are pooled over all captions. `stated`, `true`, `present` and
    `found` are the counts behind them: precision = true / stated, recall = found / present.
    `by_kind` maps each kind of fact to its own (precision, recall), NaN where there is none.
    """

    precision: float
    recall: float
    stated: int
    true: int
    present: int
    found: int
    by_kind: dict[str, tuple[float, float]]


def judge(tokens: Sequence[str], scene: Scene) -> tuple[set[Fact], set[Fact], set[Fact]]:
    """Return the (true, false, missing) facts of one caption."""
    stated = stated_facts(tokens)
    allowed = true_facts(scene)
    return set(stated & allowed), set(stated - allowed), set(scene_facts(scene) - stated)


def truth_score(hypotheses: Sequence[Sequence[str]], scenes: Sequence[Scene]) -> TruthScore:
    """Return how true the captions (token lists) are of their scenes.

    A caption that states nothing lowers recall only; with no stated fact at all precision is 0.
    Raises `ValueError` where the two lists differ in length or are empty.
    """
    if len(hypotheses) != len(scenes) or not scenes:
        raise ValueError(
            f"There are {len(hypotheses)} captions for {len(scenes)} scenes: give one caption "
            "for each scene, and at least one."
        )
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("stated", "true", "found", "present")
    }
    for tokens, scene in zip(hypotheses, scenes, strict=True):
        right, wrong, missing = judge(tokens, scene)
        present = scene_facts(scene)
        for name, facts in (
            ("stated", right | wrong),
            ("true", right),
            ("found", present - missing),
            ("present", present),
        ):
            counts[name].update(kind for kind, _ in facts)
    total = {name: counter.total() for name, counter in counts.items()}
    by_kind = {
        kind: (
            _share(counts["true"][kind], counts["stated"][kind], float("nan")),
            _share(counts["found"][kind], counts["present"][kind], float("nan")),
        )
        for kind in KINDS
    }
    return TruthScore(
        precision=_share(total["true"], total["stated"], 0.0),
        recall=_share(total["found"], total["present"], 0.0),
        by_kind=by_kind,
        **total,
    )


def _share(part: int, whole: int, empty: float) -> float:
    return part / whole if whole else empty
