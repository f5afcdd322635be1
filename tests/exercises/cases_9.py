"""Answers to the checks of chapter 9: parts of projects that lack something, and whole ones."""

from functools import cache
from pathlib import Path

import numpy as np

from utils.baselines import constant_baseline, human_row, shuffled_baseline
from utils.bleu import bleu
from utils.dataset import Dataset

WORDS = ("red", "blue", "green", "brown", "white")


@cache
def project(photos=24, texts=2):
    """Return an invented dataset of photos with captions, without files."""
    captions = {
        f"photo_{n:02}.jpg": [
            f"a {WORDS[n % 5]} dog runs on the grass near a house",
            f"the dog is {WORDS[n % 5]} and runs on the green grass",
        ][:texts]
        for n in range(photos)
    }
    names = list(captions)
    splits = {"train": names[:-6], "dev": names[-6:-3], "test": names[-3:]}
    return Dataset("project", Path("project"), Path("project"), captions, splits)


def sheet(dataset, **changes):
    counted = {
        "photos": len(dataset.captions),
        "captions": sum(map(len, dataset.captions.values())),
        "words": len(dataset.train_vocabulary()) - 4,
        "train": len(dataset.splits["train"]),
        "dev": len(dataset.splits["dev"]),
        "test": len(dataset.splits["test"]),
        "source": "taken by me in May",
        "licence": "CC BY 4.0, all asked",
    }
    return {**counted, **changes}


def without(record, key):
    return {name: value for name, value in record.items() if name != key}


HYPOTHESES = [
    ["a", "red", "dog", "runs", "on", "the", "grass"],
    ["a", "dog", "runs", "on", "the", "grass", "near", "a", "house"],
    ["the", "dog", "is", "white", "and", "runs"],
]


def scores(dataset=None, factor=1.0, **changes):
    dataset = dataset or project()
    references, train = dataset.tokens("test"), dataset.tokens("train")
    found = {
        "one caption for all": constant_baseline(references, train),
        "captions shuffled": shuffled_baseline(references, HYPOTHESES, 0),
        "model": bleu(references, HYPOTHESES),
        "people": human_row(references),
    }
    return {**{name: factor * one.bleu_4 for name, one in found.items()}, **changes}


def failures(**changes):
    names = [*project().splits["test"], project().splits["dev"][0]]
    found = [
        {
            "image": names[place],
            "caption": "a dog runs on the grass",
            "cause": "vocabulary",
            "evidence": "The word kitten stands 0 times in the 36 training captions.",
        }
        for place in range(3)
    ]
    found[0] |= changes
    return found


UNMEASURED = "I think that the network simply did not look well enough"
IN_LETTERS = "Of its five nearest training photos, three show a bear."
ONE_CAN_SEE = "One can see that the photo is very dark and blurred."
THE_WRONG_ONE = "The network wrote the wrong one and I do not know why."
ONE_OF_ALL = "I saw that one of the training captions has the word kitten."
ONLY_ONE = "The word kitten stands in one training caption, the only one."
SMALL, SINGLE = project(12), project(24, 1)
CASES = {
    "9.1": {
        "wrong": [
            ((sheet(project(), photos=23), project()), "'photos' is 23"),
            ((sheet(project(), captions=24), project()), "'captions' is 24"),
            ((sheet(project(), words=len(project().train_vocabulary())), project()), "'words' is"),
            ((sheet(project(), dev="3"), project()), "should be a number"),
            ((sheet(project(), dev=[f"{n}.jpg" for n in range(99)]), project()), r"it is .{60}\."),
            ((sheet(project(), licence="none"), project()), "licence.*3 words"),
            ((sheet(project(), source=""), project()), "source.*3 words"),
            ((sheet(project(), licence="... ... ..."), project()), "licence.*3 words"),
            ((sheet(project(), licence="x x x"), project()), "licence.*3 words"),
            ((sheet(project(), source="a , ."), project()), "source.*3 words"),
            ((without(sheet(project()), "test"), project()), "no entry 'test'"),
            (([24, 48], project()), "dict"),
            ((sheet(SMALL), SMALL), "12 photos"),
            ((sheet(SINGLE), SINGLE), "fewer than 2 captions"),
            ((sheet(project()), "project"), "dataset"),
        ],
        "right": [
            (sheet(project()), project()),
            (sheet(project(), photos=np.int64(24)), project()),
            (sheet(project(), camera="a phone"), project()),
            (sheet(project(), dev=3.0), project()),
            (sheet(project(), licence="CC BY 4.0"), project()),
        ],
    },
    "9.2": {
        "wrong": [
            ((scores(factor=0.01), project(), HYPOTHESES), "is a share"),
            ((scores(model=12.0), project(), HYPOTHESES), "'model'"),
            ((scores(model=scores()["model"] + 4), project(), HYPOTHESES), "'model'"),
            ((scores(factor=1.05), project(), HYPOTHESES), "was expected"),
            (
                ({k: float(round(v)) for k, v in scores().items()}, project(), HYPOTHESES),
                "expected",
            ),
            ((scores(), HYPOTHESES, project()), r"scores, dataset, hypotheses\)`"),
            ((without(scores(), "people"), project(), HYPOTHESES), "no entry 'people'"),
            ((scores(), project(), HYPOTHESES[:2]), "2 captions and 3 test photos"),
            ((scores(), project(), HYPOTHESES[:1]), "test photo: 1 caption and 3 test photos"),
            ((scores(), project(), "a dog"), "list of lists"),
            ((scores(people=None), project(), HYPOTHESES), "'people'"),
            ((40.0, project(), HYPOTHESES), "dict"),
            ((scores(), "mine", HYPOTHESES), "dataset"),
        ],
        "right": [
            (scores(), project(), HYPOTHESES),
            ({name: round(value, 1) for name, value in scores().items()}, project(), HYPOTHESES),
            ({name: np.float32(v) for name, v in scores().items()}, project(), HYPOTHESES),
            (scores(other=1.0), project(), HYPOTHESES),
        ],
    },
    "9.3": {
        "wrong": [
            ((failures()[:2], project()), "2 failures; 3 are wanted"),
            ((failures(image="photo_00.jpg"), project()), "no photo of dev or test"),
            ((failures(cause="bad luck"), project()), "one of vocabulary"),
            ((failures(evidence="It is wrong."), project()), "8 words"),
            ((failures(caption=""), project()), "caption should be a text of 1 word or more"),
            ((failures(caption="..."), project()), "caption should be a text of 1 word or more"),
            ((failures(caption=["a", "dog"]), project()), "1 word or more. Join the words"),
            ((failures(evidence="1 2 3 4 5 6 7 8"), project()), "8 words"),
            ((failures(evidence=ONE_CAN_SEE), project()), "no number"),
            ((failures(evidence=THE_WRONG_ONE), project()), "no number"),
            ((failures()[:1], project()), "1 failure; 3 are wanted"),
            ((failures(evidence=UNMEASURED), project()), "no number"),
            ((failures(evidence=f"{UNMEASURED} at photo_12.jpg"), project()), "no number"),
            ((failures(image=["photo_21.jpg"]), project()), "no photo of dev or test"),
            ((failures(image=project().splits["test"][1]), project()), "same photo"),
            (([without(failures()[0], "cause"), *failures()[1:]], project()), "no entry 'cause'"),
            (("all three are bad", project()), "list|text"),
            ((failures(), 3), "dataset"),
        ],
        "right": [
            (failures(), project()),
            (tuple(failures(cause="feature")), project()),
            (failures(note="seen twice"), project()),
            (failures(evidence=IN_LETTERS), project()),
            (failures(evidence=ONE_OF_ALL), project()),
            (failures(evidence=ONLY_ONE), project()),
            (failures(cause="Vocabulary", caption="dog"), project()),
            ([*failures(), {**failures()[0], "image": project().splits["dev"][1]}], project()),
        ],
    },
}
