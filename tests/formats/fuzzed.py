"""Captions files of every format, and what happens to files: bytes lost, doubled, changed."""

import json
import random

ROWS = [(f"p{n}.jpg", f'A "dog" , number {n} , a chó and हिन्दी') for n in range(6)]
_CSV = "\n".join(["image,caption", *(f'{n},"{t.replace(chr(34), chr(34) * 2)}"' for n, t in ROWS)])
_KARPATHY = [
    {"filepath": "val2014", "filename": name, "split": split, "sentences": [{"raw": text}]}
    for (name, text), split in zip(
        ROWS, ["train", "restval", "val", "test", "test", "val"], strict=True
    )
]
SEEDS = [
    _CSV,
    _CSV.replace("\n", "\r\n"),
    "\n".join(f"{name}#0\t{text}" for name, text in ROWS),
    "\n".join(["image_name| comment_number| comment", *(f"{n}| 0| {t}" for n, t in ROWS)]),
    "\n".join(["image;caption;split", *(f"{n};startseq {t} endseq;train" for n, t in ROWS)]),
    json.dumps(
        {
            "images": [{"id": n, "file_name": name} for n, (name, _) in enumerate(ROWS)],
            "annotations": [{"image_id": n, "caption": text} for n, (_, text) in enumerate(ROWS)],
        }
    ),
    json.dumps({"images": _KARPATHY}, indent=1),
    json.dumps({name: [text, f"<start> {text} <end>"] for name, text in ROWS}),
    "\n".join(json.dumps({"image": name, "caption": text}) for name, text in ROWS),
    json.dumps([{"file_name": name, "sentence": text, "split": "val"} for name, text in ROWS]),
]
_PIECES = [
    b'"', b"'", b",", b"\t", b"|", b";", b"\n", b"\r", b"\0", b"{", b"}", b"[", b"]", b":", b"\\",
    b"\\ud800", b"null", b"1e999", b"-1", b"true", b"[]", b"{}", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xe9",
    b"image,caption\n", b"<start>", b"<unk>", b"#", b"a.jpg", b"   ", b"\xe2\x80\xa8",
    b"\xf0\x9f\x90\xb6",
    b"split", b"caption", b"[" * 3000, b'"' * 7, b"x" * 140_000, b"NaN", b"1" * 5000,
]  # fmt: skip


def mutated(rng: random.Random) -> bytes:
    """Return one of the files after one to six changes."""
    encoding = rng.choice(["utf-8"] * 12 + ["utf-16", "utf-16-le", "cp1258", "gb18030"])
    data = rng.choice(SEEDS).encode(encoding, "replace")
    for _ in range(rng.randint(1, 6)):
        here, there = sorted(rng.choices(range(len(data) + 1), k=2))
        piece = rng.choice(_PIECES)
        data = rng.choice(
            [
                data[:here] + piece + data[here:],
                data[:here] + data[there:] if there - here < 40 else data[:here] + data[here + 1 :],
                data[:here] + piece + data[here + len(piece) :],
                data[:there] + data[here:],
                data[:here] + bytes([rng.randrange(256)]) + data[here + 1 :],
                data[:there],
                data.replace(rng.choice(_PIECES), piece, rng.randint(1, 3)),
                data.replace(rng.choice([b",", b"\n", b'"', b"\t", b"p", b"dog"]), piece, 2),
            ]
        )[:300_000]
    if encoding == "utf-8" and rng.random() < 0.7:  # else most would fail for their encoding
        data = data.decode("utf-8", "ignore").replace("\0", "").encode("utf-8")
    return data
