"""Five annotators who describe the same Scene, each noticing different things.

As in Flickr8k, one caption tells nearly everything and another only who does what; words vary,
facts are left out, but nothing is stated that the picture does not show.
"""

import random
from collections.abc import Callable

from utils.scenes import words
from utils.scenes.world import THING_COLOURS, Scene

NUMBERS = {2: ("two", "two", "a pair of", "a couple of"), 3: ("three", "three", "a trio of")}


class Annotator:
    """The choice of words of one person for one scene, drawn from `rng`."""

    def __init__(self, scene: Scene, rng: random.Random) -> None:
        self.scene, self.rng = scene, rng
        self.many = scene.count > 1

    def often(self, chance: float) -> bool:
        """Return True with the given chance."""
        return self.rng.random() < chance

    def name(self, generic: float = 0.0) -> str:
        """Return a name of the subject, in the right number."""
        names = words.SUBJECT_NAMES[self.scene.who]
        name = names[0] if self.often(0.7) else self.rng.choice(names)
        if self.often(generic):
            fits = [word for word, whos in words.GENERIC_NAMES.items() if self.scene.who in whos]
            name = self.rng.choice(fits)
        return words.plural(name) if self.many else name

    def colour(self, colour: str) -> str:
        """Return a name of a colour."""
        return self.rng.choice(words.COLOUR_NAMES[colour])

    def coat(self) -> str:
        """Return the colour of an animal as a word or two; a cow is patched with white."""
        colour = self.colour(self.scene.colour)
        return f"{colour} and white" if self.scene.who == "cow" else colour

    def subject(self, colour: float = 0.0, adjective: float = 0.0, generic: float = 0.0) -> str:
        """Return the subject with its number, perhaps with adjective, coat or clothes."""
        parts = []
        if self.often(adjective):
            parts.append(self.rng.choice(words.ADJECTIVES[self.scene.who]))
        coloured = self.often(colour)
        if coloured and not self.scene.human:
            parts.append(self.coat())
        parts.append(self.name(generic))
        phrase = self.numbered(" ".join(parts))
        return f"{phrase} {self.clothes()}" if coloured and self.scene.human else phrase

    def numbered(self, noun: str) -> str:
        """Put the number of subjects before the noun."""
        if self.many:
            return f"{self.rng.choice(NUMBERS[self.scene.count])} {noun}"
        return with_article(noun)

    def clothes(self) -> str:
        """Return what a person wears."""
        colour = self.colour(self.scene.colour)
        garment = self.rng.choice(words.CLOTHES[self.scene.who])
        worn = with_article(f"{colour} {garment}")
        if self.many:
            worn = f"{colour} " + (words.plural(garment) if garment != "dress" else "clothes")
        forms = (f"in {worn}", f"wearing {worn}", f"in {colour}", f"dressed in {colour}")
        return self.rng.choice(forms)

    def prop(self, colour: float = 0.0) -> str:
        """Return what the subject uses, with an article; empty where there is nothing."""
        scene = self.scene
        if not scene.prop:
            return ""
        names = words.PROP_NAMES[scene.prop]
        name = names[0] if self.often(0.7) else self.rng.choice(names)
        paint = (
            f"{self.colour(scene.prop_colour)} " if scene.prop_colour and self.often(colour) else ""
        )
        if scene.prop == "grass":
            return self.rng.choice(("grass", "some grass", "fresh grass"))
        if self.many:
            return paint + words.plural(name)
        return with_article(paint + name)

    def deed(self, form: str, colour: float = 0.0) -> str:
        """Return the action with its object; `form` is "ing" or "plain"."""
        scene, index = self.scene, 0 if form == "ing" else 1 + self.many
        verbs = [v for v in words.VERBS[scene.what] if scene.prop != "bowl" or v[0] == "eating"]
        verb = verbs[0] if self.often(0.5) else self.rng.choice(verbs)
        if scene.prop == "grass" and self.often(0.3):
            return ("grazing", "grazes", "graze")[index]
        action, used = verb[index], self.prop(colour)
        if scene.prop == "bowl":
            return f"{action} from {used}"
        return f"{action} {used}" if used else action

    def being(self) -> str:
        """Return "is" or "are"."""
        return "are" if self.many else "is"

    def place(self) -> str:
        """Return where it is."""
        if self.scene.what == "swimming":
            return self.rng.choice(words.SWIM_PHRASES[self.scene.where])
        return self.rng.choice(words.PLACE_PHRASES[self.scene.where])

    def time(self) -> str:
        """Return the time of day or the weather."""
        indoors = self.scene.where == "room"
        return self.rng.choice(
            (words.INDOOR_TIMES if indoors else words.TIME_PHRASES)[self.scene.when]
        )

    def relation(self, colour: float, chance: float) -> str:
        """Return the relation to the thing; empty where there is none, or with `1 - chance`."""
        scene = self.scene
        if not scene.thing or not self.often(chance):
            return ""
        name = self.rng.choice(words.THING_NAMES[scene.thing])
        if scene.thing in THING_COLOURS and self.often(colour):
            name = f"{self.colour(scene.thing_colour)} {name.split()[-1]}"
        return f"{self.rng.choice(words.RELATION_WORDS[scene.relation])} {with_article(name)}"

    def company(self) -> str:
        """Return a remark on the number, or nothing."""
        if self.many:
            return "together" if self.often(0.3) else ""
        return "all alone" if self.often(0.08) else ""


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun phrase."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def thorough(a: Annotator) -> str:
    """Describe nearly everything."""
    where = a.place() if a.often(0.85) else ""
    parts = [a.subject(0.85, 0.25), a.being(), a.deed("ing", 0.4), a.relation(0.5, 0.9), where]
    return join(*parts, a.time() if a.often(0.4) else "")


def terse(a: Annotator) -> str:
    """Say who does what, and little else."""
    parts = [a.subject(0.15, 0.0, 0.15), a.deed("plain"), a.company()]
    return join(*parts, a.place() if a.often(0.55) else "")


def setting_first(a: Annotator) -> str:
    """Begin with the place or the weather."""
    first, then = (a.time(), a.place()) if a.often(0.5) else (a.place(), a.time())
    comma = "," if a.often(0.6) else ""
    rest = join(a.subject(0.35, 0.2, 0.1), a.being(), a.deed("ing", 0.15))
    return join(first + comma, rest, then if a.often(0.6) else "")


def colourful(a: Annotator) -> str:
    """Notice colours and things more than deeds."""
    related = a.relation(0.6, 0.8)
    if a.scene.prop and not related:
        return join(a.subject(1.0), "with", a.prop(0.6), a.time() if a.often(0.5) else a.place())
    doing = a.deed("ing", 0.5) if a.often(0.75) else ""
    return join(a.subject(1.0), doing, related, a.place() if a.often(0.5) else "")


def storyteller(a: Annotator) -> str:
    """Tell it as to a child, with a sound in quotes or a remark."""
    sound = words.SOUNDS.get(a.scene.who)
    if sound and a.often(0.25) and a.scene.what not in ("sleeping", "eating"):
        said = f'"{sound}"'
        return join(
            a.subject(0.3, 0.3),
            "say" if a.many else "says",
            said,
            "while",
            a.deed("ing"),
            a.place(),
        )
    starts = (
        ("there are", "we see", "look at")
        if a.many
        else ("there is", "here is", "we see", "this is")
    )
    who = a.subject(0.3, 0.6)
    middle = join(
        a.rng.choice(("that", "which")) if not a.scene.human else "who",
        a.being(),
        a.deed("ing", 0.15),
    )
    return join(
        a.rng.choice(starts),
        who,
        middle,
        a.relation(0.4, 0.5),
        a.time() if a.often(0.7) else a.place(),
    )


ANNOTATORS: tuple[Callable[[Annotator], str], ...] = (
    thorough,
    terse,
    setting_first,
    colourful,
    storyteller,
)


def join(*parts: str) -> str:
    """Join the parts that are not empty."""
    return " ".join(part for part in parts if part)


def write_captions(scene: Scene) -> list[str]:
    """Return the five captions of a scene, one by each annotator; the same on every machine."""
    captions = []
    for number, annotator in enumerate(ANNOTATORS):
        rng = random.Random(f"caption/{scene.seed}/{number}")
        text = annotator(Annotator(scene, rng))
        captions.append(text[0].upper() + text[1:] + (" ." if number % 2 == 0 else "."))
    return captions
