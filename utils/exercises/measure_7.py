"""What the readers of chapter 7 measure: captions that are decoded in another way."""

from functools import cache
from typing import Any

import numpy as np

from utils.bleu import bleu
from utils.exercises.remembered import remembered

PHOTOS = 40  # for each measurement


@remembered
def caption_score(
    setting: float, seed: int, vary: str = "temperature", measured: str = "BLEU-4"
) -> float:
    """Return one number for the captions of 40 of the scenes' dev photos.

    `vary` says what `setting` is: the "temperature" of samples, the "beam width" of a beam search
    (length penalty 1), or the "length penalty" of a beam search (width 3). `measured`: "BLEU-4",
    "truth" (percent of the stated facts that are true), or "words" (of a caption, on average).
    `seed` chooses the photos, and draws the words of samples.
    """
    from utils.beam import beam_search
    from utils.decoding import captions_of, sample
    from utils.scenes.truth import truth_score

    rows, references, facts, ask, vocabulary = _scenes()
    chosen = np.random.default_rng(seed).permutation(len(rows))[:PHOTOS]
    if vary == "temperature":
        ids = sample(ask, rows[chosen], setting, seed=seed, max_length=20)
    else:
        width, penalty = (setting, 1.0) if vary == "beam width" else (3, setting)
        found = beam_search(ask, rows[chosen], int(width), 20, length_penalty=penalty)
        ids = [best[0].ids for best in found]
    captions = captions_of(ids, vocabulary)
    if measured == "words":
        return float(np.mean([len(caption) for caption in captions]))
    if measured == "truth":
        return 100 * truth_score(captions, [facts[n] for n in chosen]).precision
    return bleu([references[n] for n in chosen], captions).bleu_4


@cache
def _scenes() -> tuple[Any, ...]:
    """Return rows, references and facts of the scenes' dev photos, and the captioner's parts."""
    from utils.captioner import load_captioner
    from utils.dataset import load_dataset
    from utils.features import dataset_features
    from utils.scenes.dataset import load_truth

    scenes, captioner = load_dataset("scenes"), load_captioner("scenes")
    truth = load_truth(scenes.folder)
    facts = [truth[image] for image in scenes.splits["dev"]]
    ask = captioner.next_word(dataset_features(scenes))
    return scenes.index("dev"), scenes.tokens("dev"), facts, ask, captioner.vocabulary
