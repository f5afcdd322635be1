"""Captions in rows: the headers and delimiters that people have, and where a row is broken."""

import csv
import random

import pytest

from utils.formats.captions_file import read_captions_file
from utils.formats.table import OWN

DOGS = {"a.jpg": ["A dog", "Two dogs"], "b.jpg": ["A cat"]}


def read(folder, text):
    path = folder / "captions.txt"
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return read_captions_file(path)


READ = {
    "the course's own": "image,caption\na.jpg,A dog\na.jpg,Two dogs\nb.jpg,A cat\n",
    "two byte order marks": "\ufeff\ufeffimage,caption\na.jpg,A dog\na.jpg,Two dogs\nb.jpg,A cat",
    "old Macs' line ends": "image,caption\ra.jpg,A dog\ra.jpg,Two dogs\rb.jpg,A cat\r",
    "mixed line ends": "image,caption\r\na.jpg,A dog\ra.jpg,Two dogs\nb.jpg,A cat",
    "lines of blanks": "\n \nimage,caption\n  \na.jpg,A dog\n\t\na.jpg,Two dogs\n,\nb.jpg,A cat",
    "spaces after commas": 'image, caption\na.jpg, "A dog"\na.jpg, Two dogs\n b.jpg , "A cat" \n',
    "tabs": "image\tcaption\na.jpg\tA dog\na.jpg\tTwo dogs\nb.jpg\tA cat\n",
    "semicolons": 'image;caption\na.jpg;A dog\na.jpg;"Two dogs"\nb.jpg;A cat\n',
    "tabs below a right header": "image,caption\na.jpg#0\tA dog\na.jpg#1\tTwo dogs\nb.jpg#0\tA cat",
    "no number": "image,caption\na.jpg\tA dog\na.jpg\tTwo dogs\nb.jpg\tA cat\n",
    "Flickr8k.token": "a.jpg#0\tA dog\na.jpg#1\tTwo dogs\nb.jpg#0\tA cat\n",
    "Flickr30k": "image_name| comment_number| comment\na.jpg| 0| A dog\na.jpg| 1   Two dogs\n"
    "b.jpg| 0| A cat\n",
    "a trailing comma": "image,caption,\na.jpg,A dog,\na.jpg,Two dogs\nb.jpg,A cat, ,\n",
    "pandas' index": ",image,caption\n0,a.jpg,A dog\n1,a.jpg,Two dogs\n2,b.jpg,A cat\n",
    "pandas' index again": "Unnamed: 0,Image Name,Text\n0,a.jpg,A dog\n1,a.jpg,Two dogs\n"
    "2,b.jpg,A cat",
    "another order": "caption,image\nA dog,a.jpg\nTwo dogs,a.jpg\nA cat,b.jpg\n",
    "other names": '"file_name","sentence"\na.jpg,A dog\n"a.jpg","Two dogs"\nb.jpg,A cat\n',
    "a name and a number": "id,filename,caption_number,text\n7,a.jpg,0,A dog\n8,a.jpg,1,Two dogs\n"
    "9,b.jpg,0,A cat\n",
    "no header": "a.jpg,A dog\na.jpg,Two dogs\nb.jpg,A cat\n",
    "no header, numbered": "a.jpg#0,A dog\na.jpg#1,Two dogs\nb.jpg#0,A cat\n",
    "no header, a number between": "a.jpg,0,A dog\na.jpg,1,Two dogs\nb.jpg,0,A cat\n",
    "no header, tabs and a number": "a.jpg\t0\tA dog\na.jpg\t1\tTwo dogs\nb.jpg\t0\tA cat\n",
    "no header, semicolons": '"a.jpg";"A dog"\na.jpg;Two dogs\nb.jpg;A cat\n',
    "no header, bars": "a.jpg | A dog\na.jpg | Two dogs\nb.jpg | A cat\n",
    "no header, spaces": "a.jpg#0 A dog\na.jpg#1 Two dogs\nb.jpg#0 A cat\n",
    "Excel's first line": "sep=;\nimage;caption\na.jpg;A dog\na.jpg;Two dogs\nb.jpg;A cat\n",
    "two files joined": "image,caption\na.jpg,A dog\na.jpg,Two dogs\n"
    "\ufeffimage,caption\n\ufeffb.jpg,A cat\n",
    "unseen marks": "image,caption\na.jpg\u200b,A dog\n\u200ea.jpg,Two dogs\n\u202ab.jpg,A cat\n",
    "lists in cells": 'raw,split,filename\n"[""A dog"", ""Two dogs""]",,a.jpg\n'
    "\"['A cat']\",,b.jpg",
    "a column a caption": "image,caption_1,caption_2\na.jpg,A dog,Two dogs\nb.jpg,A cat,\n",
}  # fmt: skip


@pytest.mark.parametrize("form", READ)
def test_tables_are_read_as_people_have_them(tmp_path, form):
    assert read(tmp_path, READ[form]).captions == DOGS


def test_the_columns_name_the_splits(tmp_path):
    file = read(tmp_path, "image,caption,split\na.jpg,A dog,train\nb.jpg,A cat,val\nc.jpg,It,\n")
    assert file.splits == {"train": ["a.jpg"], "dev": ["b.jpg"]}
    assert "3 images, 3 captions, splits of 1 train, 1 dev" in file.told()
    with pytest.raises(ValueError, match=r"a.jpg in train and in dev: .*worthless"):
        read(tmp_path, "image,caption,split\na.jpg,A dog,train\na.jpg,A cat,val\n")
    with pytest.raises(ValueError, match=r"puts a.jpg in the split 'later'"):
        read(tmp_path, "image,caption,split\na.jpg,A dog,later\n")


def test_without_a_header_delimiters_belong_to_the_caption(tmp_path):
    text = 'a.jpg,A dog, wet, runs\na.jpg,"Two dogs, dry"\nb.jpg,0, a number\n'
    file = read(tmp_path, text)
    assert file.captions == {
        "a.jpg": ["A dog, wet, runs", "Two dogs, dry"], "b.jpg": ["0, a number"],
    }  # fmt: skip
    assert "commas between its columns, without a header" in file.told() and file.kind != OWN
    with pytest.raises(ValueError, match=r"line 2 does not begin with an image's name.*'runs'"):
        read(tmp_path, "a.jpg,A dog\nruns, fast\n")


def test_brackets_that_are_no_list_of_texts_stay(tmp_path):
    for caption in ("[a dog] runs [home]", "[3]", "[a dog]"):
        assert read(tmp_path, f"image,caption\na.jpg,{caption}\n").captions == {"a.jpg": [caption]}


def test_curly_quotes_are_said_to_be_none(tmp_path):
    with pytest.raises(ValueError, match=r"line 2 has 3 columns .*straight ones"):
        read(tmp_path, "image,caption\na.jpg,“A dog, wet”\n")


def test_quotes_are_text_where_columns_are_not_put_in_quotes(tmp_path):
    text = 'a.jpg#0\tA 6" pipe\na.jpg#1\t"Stop" says a sign\na.jpg#2\t"He said ""no"""\n'
    assert read(tmp_path, text).captions == {
        "a.jpg": ['A 6" pipe', '"Stop" says a sign', 'He said "no"']
    }


ROWS = [f"p{n}.jpg,a dog number {n} , wet" if n == 9 else f"p{n}.jpg,a dog" for n in range(5000)]
STRAY = {
    "at the start": ('p20.jpg,"a dog', 22),
    "before the name": ('"p20.jpg,a dog', 22),
    "after a doubled one": ('p20.jpg,"a ""dog"', None),
    "three": ('p20.jpg,"""a dog', 22),
}


@pytest.mark.parametrize("more", ["", 'p3000.jpg,"a dog, wet"', 'p3000.jpg,a dog"'])
@pytest.mark.parametrize("case", STRAY)
def test_a_stray_quote_swallows_nothing(tmp_path, case, more):
    row, line = STRAY[case]
    rows = [
        "image,caption",
        *(f"p{n}.jpg,a dog runs over the long green grass" for n in range(5000)),
    ]
    rows[21] = row
    if more:
        rows[3001] = more
    for text in ("\n".join(rows), "\n".join(rows[:22]), "\n".join([rows[0], *rows[21:]])):
        if line is None:
            assert len(read(tmp_path, text).captions) == text.count("\n")
            continue
        with pytest.raises(ValueError, match=r"a double quote opens a caption here") as caught:
            read(tmp_path, text)
        assert f"line {1 + text.split(chr(10)).index(row)}:" in str(caught.value)


def test_a_stray_quote_swallows_nothing_where_names_have_no_suffix(tmp_path):
    text = 'image,caption\np1,a dog\np2,"a dog\np3,a dog\np4,a dog"\np5,a dog\n'
    with pytest.raises(ValueError, match="line 3: a double quote opens a caption here"):
        read(tmp_path, text)


@pytest.mark.parametrize("caption", ['a "big" dog', 'a dog"', '"Stop" he said', 'a 6" pipe', "''a"])
def test_quotes_that_open_no_column_are_text(tmp_path, caption):
    found = read(tmp_path, f"image,caption\na.jpg,{caption}\nb.jpg,A cat\n").captions
    assert found["b.jpg"] == ["A cat"]
    assert found["a.jpg"][0].replace('"', "") == caption.replace('"', "")


def test_what_the_csv_module_writes_comes_back(tmp_path):
    rng = random.Random(2)
    pieces = ["dog", "a,b", '"x"', "chó", '"', "ends,", "two\nlines", "हिन्दी", ";", "|", "it's"]
    for delimiter in ",;":
        rows = [(f"p{n}.jpg", " ".join(["A", *rng.choices(pieces, k=3)])) for n in range(200)]
        with open(tmp_path / "c.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([("image", "caption"), *rows])
        assert read_captions_file(tmp_path / "c.csv").captions == {n: [c] for n, c in rows}


FAULTS = {
    "no header": ("a dog\na cat\n", "starts with the columns a dog.*reads tables.*COCO"),
    "one column": ("image,caption\na.jpg\n", "line 2 has 1 columns instead of 2: it needs commas"),
    "a zero byte": ("image,caption\na.jpg,A \0dog\n", "line 2 holds a zero byte"),
    "a ZIP archive": (b"PK\x03\x04rest", "is a ZIP archive or a spreadsheet: unpack it"),
    "an old spreadsheet": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "is an old Excel or Word file: save",
    ),
    "a Parquet file": (b"PAR1\x15\x04\x15", "is a Parquet file: save its table as CSV"),
    "a document": (
        r"{\rtf1 image,caption\par}",
        "is a document with styles .RTF.: save it as plain",
    ),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "is a PDF document: save"),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is a photo: name the file with the captions"),
    "a web page": ("\n<!DOCTYPE html><html>404</html>", "is a web page, perhaps of a download"),
    "Git LFS": (
        "version https://git-lfs.github.com/spec/v1\n",
        "a pointer of Git LFS: `git lfs pull`",
    ),
    "nothing": ("\ufeff \n", "is empty: it needs a row"),
    "UTF-16": ("image,caption\n".encode("utf-16"), r"is not UTF-8 but UTF-16: save it as UTF-8"),
    "UTF-16 without a mark": (
        "image,caption\na.jpg,Ein Hund\n".encode("utf-16-le"),
        "looks like UTF-16LE: save it as UTF-8",
    ),
    "UTF-32": ("image,caption\n".encode("utf-32"), "is not UTF-8 but UTF-32"),
    "Latin-1": (
        "image,caption\na.jpg,A dog\nb.jpg,Un café\n".encode("latin-1"),
        r"\(line 3\); it looks like Latin-1, in which the line reads 'b.jpg,Un café'.*iconv",
    ),
    "Windows": (
        "image,caption\na.jpg,Un café à 5 €\n".encode("cp1252"),
        "looks like Windows-1252, in which the line reads 'a.jpg,Un café à 5 €'.*-f CP1252",
    ),
    "one broken character": (
        "image,caption\na.jpg,một chó\nb.jpg,c".encode() + b"\xe3\x81\n",
        "line 3 has a damaged character, while other lines are UTF-8",
    ),
    "another script": (
        ("image,caption\n" + "a.jpg,Собака бежит по зелёной траве\n" * 20).encode("cp1251"),
        "is not UTF-8 .* save it as UTF-8",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_said_with_its_line(tmp_path, fault):
    content, sentence = FAULTS[fault]
    with pytest.raises(ValueError, match=sentence):
        read(tmp_path, content)


def test_the_courses_own_format_is_told_from_the_others(tmp_path):
    assert read(tmp_path, READ["the course's own"]).kind == OWN
    assert read(tmp_path, READ["Flickr30k"]).kind != OWN


LISTS = {
    "NumPy's print": "image,caption\na.jpg,\"['A dog' 'Two dogs']\"\nb.jpg,\"['A cat']\"\n",
    "NumPy's print in lines": "image,caption\na.jpg,\"['A dog'\n 'Two dogs']\"\nb.jpg,A cat\n",
    "a tuple": "image,caption\na.jpg,\"('A dog', 'Two dogs')\"\nb.jpg,A cat\n",
    "tabs, no header": "a.jpg\tA dog\tTwo dogs\nb.jpg\tA cat\n",
    "bars, no header": "a.jpg|A dog|Two dogs\nb.jpg|A cat\n",
    "empty cells of pandas": "image,caption_1,caption_2\na.jpg,A dog,Two dogs\nb.jpg,A cat,nan\n",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_several_captions_in_a_row_are_several(tmp_path, text):
    assert read(tmp_path, text).captions == DOGS


def test_columns_of_captions_without_a_header(tmp_path):
    found = read(tmp_path, 'a.jpg,A dog,"Big, brown"\nb.jpg,A cat,Cats\n')
    assert found.captions == {"a.jpg": ["A dog", "Big, brown"], "b.jpg": ["A cat", "Cats"]}
    found = read(tmp_path, "a.jpg,A dog, running\nb.jpg,A cat, sleeping\n")
    assert found.captions == {"a.jpg": ["A dog, running"], "b.jpg": ["A cat, sleeping"]}


def test_a_cell_that_a_program_left_empty_is_no_caption(tmp_path):
    with pytest.raises(ValueError, match=r"line 3 has no image name or no word"):
        read(tmp_path, "image,caption\na.jpg,A dog\nb.jpg,NaN\n")


def test_html_becomes_text(tmp_path):
    found = read(
        tmp_path,
        "image,caption\na.jpg,A man&#39;s dog &amp;amp; cat<br/>run\nb.jpg,1 < 2; R&D; a <hat>\n",
    )
    assert found.captions == {
        "a.jpg": ["A man's dog & cat run"],
        "b.jpg": ["1 < 2; R&D; a <hat>"],
    }
    assert len(found.notes) == 1 and "1 of the 2 captions hold HTML" in found.notes[0]


@pytest.mark.parametrize(
    "text", ["Der Hund läuft über die Straße", "dög\u2019s life \u2013 \u201cso\u201d", "Žlutý pes"]
)
@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
def test_utf8_that_was_read_as_another_encoding_is_set_right(tmp_path, text, codec):
    spoilt = text.encode("utf-8").decode(codec, "surrogateescape")
    if any("\udc80" <= letter <= "\udcff" for letter in spoilt):
        pytest.skip("Windows-1252 has no such letter")
    found = read(tmp_path, f"image,caption\na.jpg,{spoilt}\nb.jpg,Ein Café à la Ñandú\n")
    assert found.captions == {"a.jpg": [text], "b.jpg": ["Ein Café à la Ñandú"]}
    assert len(found.notes) == 1 and "are set right" in found.notes[0]
