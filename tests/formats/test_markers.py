"""Captions that bring their own markers."""

import pytest

from utils.formats.captions_file import read_captions_file

CAPTIONS = ["a brown dog runs", "two cats .", "the end of a road"]


def read(folder, texts):
    rows = [f'p{n}.jpg,"{text}"' for n, text in enumerate(texts)]
    path = folder / "captions.csv"
    path.write_text("\n".join(["image,caption", *rows]), encoding="utf-8")
    file = read_captions_file(path)
    return [text for texts in file.captions.values() for text in texts], file.notes


FRAMES = [
    ("startseq", "endseq"), ("<start>", "<end>"), ("<s>", "</s>"), ("[CLS]", "[SEP]"),
    ("<BOS>", "<EOS>"), ("<sos>", "<eos> <pad> <pad>"), ("[START]", "[END]"),
    ("start_seq", "end_seq"),
    ("<|startoftext|>", "<|endoftext|>"), ("start", "end"), ("bos", "eos"),
    ("< start >", "< end >"),
    ("<begin>", "<STOP>"), ("startofseq", "endofseq"), ("__start__", "__end__"),
    ("_START_", "_END_"), ("##START##", "##END##"), ("$start$", "$end$"), ("{start}", "{end}"),
    ("<go>", "<eos>"),
    ("<start_of_caption>", "<end_of_caption>"), ("<|im_start|>", "<|im_end|>"), ("[DEC]", "[SEP]"),
    ("<caption>", "</caption>"), ("&lt;s&gt;", "&lt;/s&gt;"), ("starttoken", "endtoken"),
    ("sostok", "eostok"), ("\uff1cs\uff1e", "\uff1c/s\uff1e"), ("xxbos", "xxeos"),
    ("<startseq>", "<endseq>"), ("STARTSEQ", "ENDSEQ"), ("<s>", ""), ("", "endseq"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end"), FRAMES)
def test_markers_are_named_and_taken_off(tmp_path, start, end):
    texts, notes = read(tmp_path, [f"{start} {text} {end}".strip() for text in CAPTIONS])
    assert texts == CAPTIONS
    assert len(notes) == 1 and "bring markers of their own" in notes[0]
    assert all(mark.lower() in notes[0] for mark in (start, end.split(" <pad>")[0]))


def test_markers_without_spaces_and_in_some_captions_only(tmp_path):
    texts, notes = read(tmp_path, ["<start>a dog<end>", "two cats ."])
    assert texts == ["a dog", "two cats ."] and "<start>, <end>" in notes[0]


WORDS = [
    "start of a race",
    "the end",
    "a sign says SOS",
    "a cls 500 parks",
    "a s b",
    "<3",
    "it costs $5 at the end $3",
    "a file called my_end_1 or a_s_b",
    "x < s > y",
]


def test_words_that_look_like_markers_stay(tmp_path):
    assert read(tmp_path, WORDS[:-1]) == (WORDS[:-1], [])
    only_two = ["start a dog end", "start a cat end"]
    assert read(tmp_path, only_two) == (only_two, [])
    some = ["start a dog end", "start a cat end", "a bird"]
    assert read(tmp_path, some) == (some, [])


def test_captions_with_unknown_words_are_left_out_or_refused(tmp_path):
    texts, notes = read(tmp_path, ["a dog", "a <unk> runs", "a [UNK]", "<start> <end>"])
    assert texts == ["a dog"]
    assert "2 captions have a word replaced" in notes[1] and "1 captions have no word" in notes[2]
    with pytest.raises(ValueError, match="before a vocabulary was applied"):
        read(tmp_path, ["a <unk> runs", "<UNK> dog"])
