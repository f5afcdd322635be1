"""The words of the Scenes: what each person, animal, place, thing and deed may be called.

The annotators (`utils/scenes/annotators.py`) choose among these words, and the truth score
(`utils/scenes/truth.py`) understands exactly the same ones, so the two cannot drift apart.
"""

# Singular names of each subject; the first is the plain one.
SUBJECT_NAMES: dict[str, tuple[str, ...]] = {
    "man": ("man", "guy", "gentleman"),
    "woman": ("woman", "lady"),
    "boy": ("boy", "lad"),
    "girl": ("girl",),
    "dog": ("dog", "hound"),
    "cat": ("cat", "kitty"),
    "horse": ("horse", "stallion"),
    "cow": ("cow",),
    "sheep": ("sheep",),
    "pig": ("pig", "hog"),
    "rabbit": ("rabbit", "bunny"),
    "duck": ("duck",),
    "bear": ("bear",),
    "camel": ("camel",),
}
# Names that fit several subjects: true, but less than the whole truth.
GENERIC_NAMES: dict[str, tuple[str, ...]] = {
    "person": ("man", "woman", "boy", "girl"),
    "child": ("boy", "girl"),
    "kid": ("boy", "girl"),
    "adult": ("man", "woman"),
    "animal": ("dog", "cat", "horse", "cow", "sheep", "pig", "rabbit", "duck", "bear", "camel"),
    "pet": ("dog", "cat", "rabbit"),
    "bird": ("duck",),
}
PLURALS: dict[str, str] = {
    "man": "men",
    "gentleman": "gentlemen",
    "woman": "women",
    "lady": "ladies",
    "sheep": "sheep",
    "kitty": "kitties",
    "bunny": "bunnies",
    "person": "people",
    "child": "children",
    "ice cream": "ice creams",
    "grass": "grass",
    "dish": "dishes",
    "couch": "couches",
    "bench": "benches",
    "snowman": "snowmen",
    "cactus": "cacti",
}
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "man": ("bearded", "happy"),
    "woman": ("young", "happy"),
    "boy": ("little", "young", "small"),
    "girl": ("little", "young", "small"),
    "dog": ("friendly", "furry"),
    "cat": ("striped", "furry"),
    "horse": ("strong", "beautiful"),
    "cow": ("big", "spotted"),
    "sheep": ("woolly", "fluffy"),
    "pig": ("fat", "round"),
    "rabbit": ("cute", "fluffy"),
    "duck": ("cute", "feathered"),
    "bear": ("huge", "big"),
    "camel": ("tall", "big"),
}
SOUNDS: dict[str, str] = {
    "dog": "woof",
    "cat": "meow",
    "horse": "neigh",
    "cow": "moo",
    "sheep": "baa",
    "pig": "oink",
    "duck": "quack",
    "man": "hello",
    "woman": "hello",
    "boy": "hooray",
    "girl": "hooray",
}
COLOUR_NAMES: dict[str, tuple[str, ...]] = {
    "red": ("red", "red", "scarlet"),
    "orange": ("orange",),
    "yellow": ("yellow",),
    "green": ("green",),
    "blue": ("blue",),
    "purple": ("purple", "purple", "violet"),
    "pink": ("pink",),
    "white": ("white",),
    "black": ("black",),
    "brown": ("brown",),
    "gray": ("gray", "grey"),
}
CLOTHES: dict[str, tuple[str, ...]] = {
    "man": ("shirt",),
    "woman": ("dress", "gown"),
    "boy": ("shirt", "t-shirt"),
    "girl": ("dress",),
}
CLOTHING_WORDS = ("shirt", "dress", "gown", "clothes", "outfit", "clothing", "top")

# Verbs as (-ing form, singular, plural). The empty object means that none is needed.
Verb = tuple[str, str, str]
VERBS: dict[str, tuple[Verb, ...]] = {
    "standing": (
        ("standing", "stands", "stand"),
        ("standing still", "stands still", "stand still"),
        ("waiting", "waits", "wait"),
    ),
    "running": (
        ("running", "runs", "run"),
        ("racing", "races", "race"),
        ("dashing", "dashes", "dash"),
    ),
    "sitting": (
        ("sitting", "sits", "sit"),
        ("sitting down", "sits down", "sit down"),
        ("resting", "rests", "rest"),
    ),
    "jumping": (
        ("jumping", "jumps", "jump"),
        ("leaping", "leaps", "leap"),
        ("jumping high", "jumps high", "jump high"),
    ),
    "sleeping": (
        ("sleeping", "sleeps", "sleep"),
        ("napping", "naps", "nap"),
        ("lying asleep", "lies asleep", "lie asleep"),
        ("dozing", "dozes", "doze"),
    ),
    "swimming": (
        ("swimming", "swims", "swim"),
        ("floating", "floats", "float"),
        ("paddling", "paddles", "paddle"),
    ),
    "eating": (
        ("eating", "eats", "eat"),
        ("munching", "munches", "munch"),
        ("enjoying", "enjoys", "enjoy"),
    ),
    "riding": (("riding", "rides", "ride"), ("pedaling", "pedals", "pedal")),
    "playing": (
        ("playing with", "plays with", "play with"),
        ("chasing", "chases", "chase"),
    ),
    "flying": (("flying", "flies", "fly"),),
    "holding": (("holding", "holds", "hold"), ("carrying", "carries", "carry")),
    "reading": (("reading", "reads", "read"), ("studying", "studies", "study")),
}
# What the words of a caption say about the action; "enjoy" says nothing by itself.
ACTION_WORDS: dict[str, str] = {
    form.split()[0] if action not in ("sleeping",) or "asleep" not in form else "asleep": action
    for action, verbs in VERBS.items()
    for forms in verbs
    for form in forms
    if not form.startswith("enjoy")
} | {
    "seated": "sitting",
    "asleep": "sleeping",
    "grazing": "eating",
    "grazes": "eating",
    "graze": "eating",
    "nibbling": "eating",
    "nibbles": "eating",
    "nibble": "eating",
    "kicking": "playing",
    "kicks": "playing",
    "kick": "playing",
    "leap": "jumping",
    "hopping": "jumping",
    "hops": "jumping",
    "hop": "jumping",
    "cycling": "riding",
    "sprinting": "running",
}
PROP_NAMES: dict[str, tuple[str, ...]] = {
    "apple": ("apple",),
    "ice cream": ("ice cream", "ice cream cone"),
    "bicycle": ("bicycle", "bike"),
    "ball": ("ball",),
    "kite": ("kite",),
    "balloon": ("balloon",),
    "umbrella": ("umbrella", "parasol"),
    "book": ("book", "storybook"),
    "bowl": ("bowl", "dish"),
    "grass": ("grass",),
    "carrot": ("carrot",),
}
THING_NAMES: dict[str, tuple[str, ...]] = {
    "tree": ("tree", "big tree"),
    "bench": ("bench", "wooden bench"),
    "car": ("car", "small car"),
    "house": ("house", "cottage"),
    "tent": ("tent",),
    "boat": ("boat", "sailboat"),
    "sandcastle": ("sandcastle",),
    "rock": ("rock", "boulder"),
    "snowman": ("snowman",),
    "fence": ("fence", "wooden fence"),
    "cactus": ("cactus", "tall cactus"),
    "table": ("table", "wooden table"),
    "sofa": ("sofa", "couch"),
    "lamp": ("lamp", "tall lamp"),
}
# Relations: several ways to say each. "near" fits all of them but "under" well enough.
RELATION_WORDS: dict[str, tuple[str, ...]] = {
    "next to": ("next to", "beside", "near", "by"),
    "behind": ("behind",),
    "under": ("under", "beneath", "underneath"),
    "in front of": ("in front of", "before"),
}
VAGUE_RELATIONS = ("near", "by")
PLACE_PHRASES: dict[str, tuple[str, ...]] = {
    "beach": ("on the beach", "at the beach", "on the sandy shore", "by the sea", "at the seaside"),
    "forest": ("in the forest", "in the woods", "in a dark forest", "among the pines"),
    "park": ("in the park", "in a city park", "in a pretty park", "on the lawn of the park"),
    "street": ("on the street", "in the street", "on a city road", "in town"),
    "mountain": ("in the mountains", "on a mountain", "below the rocky peaks"),
    "farm": ("on the farm", "at the farm", "by the barn", "in a farm field"),
    "lake": ("at the lake", "by the lake", "near a quiet pond"),
    "desert": ("in the desert", "in the hot desert", "among the dunes"),
    "room": ("in the room", "inside a room", "in the living room", "indoors"),
}
SWIM_PHRASES: dict[str, tuple[str, ...]] = {
    "beach": ("in the sea", "in the ocean", "off the beach"),
    "lake": ("in the lake", "in the pond", "on the lake"),
}
PLACE_WORDS: dict[str, tuple[str, ...]] = {
    "beach": ("beach", "shore", "sea", "seaside", "ocean"),
    "forest": ("forest", "woods", "pines"),
    "park": ("park",),
    "street": ("street", "road", "town", "city street", "city road"),
    "mountain": ("mountain", "mountains", "peaks"),
    "farm": ("farm", "barn"),
    "lake": ("lake", "pond"),
    "desert": ("desert", "dunes"),
    "room": ("room", "indoors", "inside"),
}
TIME_PHRASES: dict[str, tuple[str, ...]] = {
    "sunny": ("on a sunny day", "in the sunshine", "on a bright sunny day", "under a sunny sky"),
    "sunset": ("at sunset", "in the evening", "at dusk", "as the sun sets"),
    "night": ("at night", "in the moonlight", "late at night", "under the moon"),
    "rain": ("in the rain", "on a rainy day", "on a wet day", "while it rains"),
    "snow": ("in the snow", "on a snowy day", "in winter", "while it snows"),
}
INDOOR_TIMES: dict[str, tuple[str, ...]] = {
    "sunny": ("on a sunny day", "on a bright sunny day"),
    "sunset": ("at sunset", "in the evening", "at dusk"),
    "night": ("at night", "late at night"),
    "rain": ("on a rainy day", "while it rains"),
    "snow": ("on a snowy day", "while it snows"),
}
TIME_WORDS: dict[str, tuple[str, ...]] = {
    "sunny": ("sunny", "sunshine"),
    "sunset": ("sunset", "evening", "dusk", "sun sets", "setting sun"),
    "night": ("night", "moonlight", "moon", "stars"),
    "rain": ("rain", "rainy", "wet", "rains", "raining"),
    "snow": ("snow", "snowy", "winter", "snows", "snowing"),
}
COUNT_WORDS: dict[str, str] = {
    "a": "1",
    "an": "1",
    "one": "1",
    "single": "1",
    "two": "2",
    "pair": "2",
    "couple": "2",
    "both": "2",
    "three": "3",
    "trio": "3",
}


def plural(name: str) -> str:
    """Return the plural of a name that the lists above use (its last word changes)."""
    if name in PLURALS:
        return PLURALS[name]
    first, _, last = name.rpartition(" ")
    if last in PLURALS:
        return f"{first} {PLURALS[last]}"
    return name if name.endswith("s") else name + "s"
