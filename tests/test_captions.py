# ruff: noqa: RUF001 (letters of many languages look like Latin ones)
import csv
import os
import random
import sys
import types
import unicodedata
from pathlib import Path

import pytest

from utils.captions import caption_text, caption_tokens, clean_caption, read_captions
from utils.formats.segmenters import segmenter
from utils.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("FLICKR8K_SHARED") or ROOT.parent / "shared" / "flickr8k")


def captions(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "captions.txt"
    path.write_bytes(text.encode(encoding))
    return read_captions(path)


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("A man's dog , in tri-colored fur .", "a man's dog in tri colored fur"),
        ("A", "a"),
        ("a A a", "a a a"),
        ('"Stop!" he said... (twice)', "stop he said twice"),
        ("Two dogs run.Fast", "two dogs run fast"),
        ("3 boys , aged 10", "3 boys aged 10"),
        ("the dogs' ball", "the dogs ball"),
        ("don\u2019t 'quote' o'clock's", "don't quote o'clock's"),
        ("snake_case & more", "snake case more"),
        ("Một con chó đen", "một con chó đen"),
        ("ÉCOLE Straße", "école straße"),
        ("две собаки", "две собаки"),
        (" \t\n", ""),
        (". , ! '", ""),
        ("एक हिन्दी किताब", "एक हिन्दी किताब"),
        ("দুটি কুকুর দৌড়াচ্ছে।", unicodedata.normalize("NFC", "দুটি কুকুর দৌড়াচ্ছে")),
        ("இரண்டு நாய்கள்", "இரண்டு நாய்கள்"),
        ("หมาสองตัว วิ่ง", "หมาสองตัว วิ่ง"),
        ("رَجُلٌ يَرْكَبُ دَرَّاجَةً", "رَجُلٌ يَرْكَبُ دَرَّاجَةً"),
        ("כֶּלֶב, רָץ.", unicodedata.normalize("NFC", "כֶּלֶב רָץ")),
        ("İki köpek, IŞIK", "iki köpek işik"),
        ("٣ كلاب، ३ कुत्ते", "٣ كلاب ३ कुत्ते"),
        ("می\u200cخواهم بروم", "می\u200cخواهم بروم"),
        ("ക്\u200d a\u00adb \u200eleft\u200f", "ക്\u200d ab left"),
        ("ខ្មែរ\u200bខ្មែរ", "ខ្មែរ ខ្មែរ"),
        (
            "don\u02bct don\u00b4t don`t \u2018quote\u2019 don\uff07t",
            "don't don't don't quote don't",
        ),
        ("ג׳ירפה ג'ירפה", "ג'ירפה ג'ירפה"),
        ('חייל צה"ל, "כלב" צה״ל', "חייל צה״ל כלב צה״ל"),
        ("don\u201bt don\u2032t don\u02b9t don\u055at", "don't don't don't don't"),
        ("한국어 문장, 개가.", "한국어 문장 개가"),
        ("ΟΔΟΣ ΚΑΛΟΣ", "οδος καλος"),
        ("བོད་སྐད་ཡིག", "བོད སྐད ཡིག"),
        ("col·legi ❤️ 👩\u200d🚀", "col·legi"),
        ("两只狗在跑。", "两只狗在跑"),
    ],
)
def test_cleaning_keeps_every_word_and_nothing_else(text, tokens):
    assert clean_caption(text) == tokens.split()


@pytest.mark.parametrize("word", ["café", "chó", "một", "Ångström", "đường"])
def test_one_word_is_one_token_whatever_its_unicode_form(word):
    forms = [unicodedata.normalize(form, word) for form in ("NFC", "NFD")]
    found = [clean_caption(form) for form in forms]
    assert found[0] == found[1] == [unicodedata.normalize("NFC", word).lower()]


@pytest.mark.parametrize("text", ["हिन्दी", "İki", "chó", "دَرَّاجَةً", "กำลัง", "ঢ়", "क़लम"])
def test_one_word_in_any_form_and_case_is_one_token(text):
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    assert len({tuple(clean_caption(form)) for form in forms | {text.lower()}}) == 1
    assert len(clean_caption(text)) == 1


def test_characters_as_words_keep_their_marks_and_are_joined_without_spaces():
    assert caption_tokens("两只狗，在跑。", "characters") == list("两只狗在跑")
    thai = caption_tokens("น้ำ ที่นี่", "characters")
    assert thai == ["น้ำ", "ที่", "นี่"] and caption_text(thai, "characters") == "น้ำที่นี่"
    assert caption_tokens("A dog", "spaces") == ["a", "dog"]
    assert caption_text(["a", "dog"]) == "a dog"


def test_a_segmenter_cuts_words_and_a_missing_one_is_said(monkeypatch):
    jieba = types.SimpleNamespace(lcut=lambda text: ["两只", "狗", "，", "跑"])
    monkeypatch.setitem(sys.modules, "jieba", jieba)
    segmenter.cache_clear()
    assert caption_tokens("两只狗，跑", "jieba") == ["两只", "狗", "跑"]
    segmenter.cache_clear()
    monkeypatch.setitem(sys.modules, "jieba", None)
    with pytest.raises(ValueError, match="jieba is not installed: install it by `pip install"):
        caption_tokens("两只狗，跑", "jieba")
    with pytest.raises(ValueError, match=r"no segmenter 'x': the course knows jieba \(Chinese\)"):
        caption_tokens("两只狗，跑", "x")


LANGUAGES = {
    "Hindi": ("एक आदमी हिन्दी किताब पढ़ रहा है।", "spaces"),
    "Arabic": ("رَجُلٌ يَرْكَبُ دَرَّاجَةً.", "spaces"),
    "Turkish": ("İki köpek ılık suda yüzüyor.", "spaces"),
    "Vietnamese": (unicodedata.normalize("NFD", "Một con chó đang chạy."), "spaces"),
    "Chinese": ("两只狗在海滩上奔跑。", "characters"),
    "Thai": ("หมาสองตัวกำลังวิ่งอยู่ที่ชายหาด", "characters"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_in_any_language_is_read_encoded_and_written_again(tmp_path, language):
    text, words = LANGUAGES[language]
    [read] = captions(tmp_path, f"image,caption\na.jpg,{text}\n")["a.jpg"]
    tokens = caption_tokens(read, words)
    vocabulary = Vocabulary.from_json(Vocabulary.fit([tokens]).to_json())
    ids = vocabulary.encode(tokens)
    assert 3 not in ids and vocabulary.decode(ids) == tokens
    written = caption_text(vocabulary.decode(ids), words)
    expected = unicodedata.normalize("NFC", text.replace("İ", "i")).lower().rstrip(".।。")
    assert written == expected


def test_cleaning_clean_text_changes_nothing():
    rng = random.Random(0)
    letters = "aAéÉđĐ '\u02bc\u2019.,!-_\"()09\u0301\u0323 \tzZßİ\u0307iI\u200c\u00adहिन्คำ"
    for _ in range(2000):
        text = "".join(rng.choices(letters, k=rng.randrange(0, 30)))
        tokens = clean_caption(text)
        assert clean_caption(" ".join(tokens)) == tokens
        assert all(token and not any(mark in token for mark in ' .,!-_"()\t') for token in tokens)


def test_commas_and_quotes_and_lines_are_read_as_written(tmp_path):
    text = (
        "image,caption\n"
        'a.jpg,"A dog , a cat , and a bird ."\n'
        'a.jpg,"A sign says ""Stop , now"" ."\n'
        "b.jpg,No quotes here .\n"
        'a.jpg,"Two\nlines"\n'
        "\n"
        'b.jpg,A 6" pipe\n'
    )
    assert captions(tmp_path, text) == {
        "a.jpg": ["A dog , a cat , and a bird .", 'A sign says "Stop , now" .', "Two\nlines"],
        "b.jpg": ["No quotes here .", 'A 6" pipe'],
    }


@pytest.mark.parametrize("text", [
    "\ufeffimage,caption\na.jpg,A dog\n",
    "image,caption\r\na.jpg,A dog\r\n",
    "Image , Caption\na.jpg , A dog \n",
    "image,caption\na.jpg,A dog",
])  # fmt: skip
def test_byte_order_mark_line_ends_and_spaces_do_not_matter(tmp_path, text):
    assert captions(tmp_path, text) == {"a.jpg": ["A dog"]}


def test_what_the_csv_module_writes_comes_back(tmp_path):
    rng = random.Random(1)
    rows = []
    for number in range(300):
        words = rng.choices(["dog", "a,b", '"x"', "chó", "''", "ends,", '"', "é"], k=6)
        rows.append((f"photo {number % 60},.jpg", " ".join(["A", *words])))
    path = tmp_path / "captions.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("image", "caption"), *rows])
    read = read_captions(path)
    assert list(read) == list(dict.fromkeys(image for image, _ in rows))
    for image in read:
        assert read[image] == [caption for name, caption in rows if name == image]


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "is empty: it needs a row `image,caption` for each caption"),
        ("photo,words\na.jpg,A dog\n", "columns photo,words"),
        ("a dog,two\nb,A cat\n", "columns a dog,two"),
        ("image,caption\n", r"holds no captions: it needs"),
        ("image,caption\na.jpg,A dog, a cat\n", "line 2 has 3 columns instead of 2.*quotes"),
        ("image,caption\na.jpg,A dog\nb.jpg\n", "line 3 has 1 columns"),
        ("image,caption\na.jpg,\n", "line 2 has no image name or no word"),
        ("image,caption\na.jpg,A dog\na.jpg, . \n", "line 3 has no image name or no word"),
        ("image,caption\n,A dog\n", "line 2 has no image name"),
        ("image,caption\na.jpg," + "x" * 200_000 + "\n", "not a readable CSV file"),
    ],
)
def test_each_fault_of_a_captions_file_is_said(tmp_path, text, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        captions(tmp_path, text)
    assert "captions.txt" in str(caught.value) and str(caught.value).endswith(".")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no captions file at"):
        read_captions(tmp_path / "captions.txt")
    with pytest.raises(FileNotFoundError):
        read_captions(tmp_path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_said(tmp_path, encoding):
    with pytest.raises(ValueError, match=r"is not UTF-8 .*save it as UTF-8"):
        captions(tmp_path, "image,caption\na.jpg,Un café\n", encoding)


def test_the_true_captions_are_read_whole(tmp_path):
    archive = SHARED / "flickr8k_traindev.zip"
    if not archive.is_file():
        pytest.skip(f"there is no {archive}; FLICKR8K_SHARED names the folder it lies in")
    import zipfile

    with zipfile.ZipFile(archive) as opened:
        opened.extract("captions.txt", tmp_path)
    read = read_captions(tmp_path / "captions.txt")
    assert len(read) == 7091 and {len(texts) for texts in read.values()} == {5}
    with_commas = sum("," in text for texts in read.values() for text in texts)
    assert 2000 < with_commas < 3000
    assert all(clean_caption(text) for texts in read.values() for text in texts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("خانه\u200c بزرگ", ["خانه", "بزرگ"]),  # a joiner at the end of a word
        ("می\u200cروم", ["می\u200cروم"]),
        ("كتـــاب", ["كتاب"]),  # stretched
        ("ﻛﺘﺎﺏ", ["كتاب"]),  # the shapes of the same letters
        ("ＤＯＧ ｒａｎ", ["dog", "ran"]),
        ("ﬁne ﬁsh", ["fine", "fish"]),
        ("ｲﾇ", ["イヌ"]),
    ],
)
def test_other_shapes_of_the_same_letters_are_the_same_word(text, words):
    assert clean_caption(text) == words
