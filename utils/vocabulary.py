"""The vocabulary: which words the model knows, and by which number (chapter 1)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence

PAD, START, END, UNKNOWN = 0, 1, 2, 3
MARKERS = ("<pad>", "<start>", "<end>", "<unk>")


class Vocabulary:
    """Words in a fixed order; a word's id is its place, the four markers first.

    `words` is the list of all of them, `ids` the way back. Fit it on training captions only: a
    word that occurs in the test captions alone is a word that the model has never seen.
    Raises `ValueError` where the list does not begin with the markers or repeats a word.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        if tuple(self.words[: len(MARKERS)]) != MARKERS:
            raise ValueError(f"A vocabulary begins with {', '.join(MARKERS)}; this one does not.")
        self.ids = {word: index for index, word in enumerate(self.words)}
        if len(self.ids) != len(self.words):
            raise ValueError("The vocabulary names a word twice; every word needs one id.")

    @classmethod
    def fit(cls, captions: Iterable[Sequence[str]], minimum_count: int = 1) -> "Vocabulary":
        """Return the words that occur `minimum_count` times or more in tokenised captions.

        The most frequent word comes first, equally frequent ones in alphabetical order.
        Raises `ValueError` where no word is frequent enough.
        """
        counts = Counter(token for caption in captions for token in caption)
        kept = [word for word, count in counts.items() if count >= minimum_count]
        if not kept:
            raise ValueError(
                f"No word occurs {minimum_count} times or more: lower the minimum count, "
                "or check that there are captions."
            )
        return cls([*MARKERS, *sorted(kept, key=lambda word: (-counts[word], word))])

    def encode(self, tokens: Sequence[str], markers: bool = True) -> list[int]:
        """Return the ids of tokens, `<unk>` for unknown words, `<start>` and `<end>` around."""
        ids = [self.ids.get(token, UNKNOWN) for token in tokens]
        return [START, *ids, END] if markers else ids

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the tokens of ids up to the first `<end>`, without padding and start markers."""
        tokens = []
        for index in map(int, ids):
            if index == END:
                break
            if index not in (PAD, START):
                tokens.append(self.words[index])
        return tokens

    def unknown_rate(self, captions: Iterable[Sequence[str]]) -> float:
        """Return the share, 0 to 1, of running words that the vocabulary does not know."""
        tokens = [token for caption in captions for token in caption]
        return sum(token not in self.ids for token in tokens) / max(len(tokens), 1)

    def to_json(self) -> str:
        """Return the vocabulary as JSON text, a word a line."""
        return json.dumps(self.words, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """Return the vocabulary that `to_json` wrote."""
        return cls(json.loads(text))

    def hash(self) -> str:
        """Return the SHA-256 of the words in order, which ties weights to their vocabulary."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.ids

    def __repr__(self) -> str:
        return f"Vocabulary({len(self):,} words: {', '.join(self.words[4:9])}, ...)"
