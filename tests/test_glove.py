import numpy as np
import pytest

from utils.cnn import check_sums
from utils.glove import (
    EMBEDDED_GLOVE,
    GLOVE,
    best_glove_file,
    coverage,
    embedding_matrix,
    load_glove,
    nearest,
    whole_glove_dir,
)
from utils.vocabulary import MARKERS, Vocabulary


@pytest.fixture(scope="module")
def glove():
    return load_glove()


def test_the_committed_slice_is_whole_and_genuine(glove):
    check_sums(GLOVE)
    assert glove.dimension == 50
    assert len(glove) > 10_000
    assert glove.words[:5] == ["the", ",", ".", "of", "to"]
    # The first line of Stanford's glove.6B.50d.txt.
    np.testing.assert_array_equal(
        glove["the"][:5], np.float32([0.418, 0.24968, -0.41242, 0.1217, 0.34527])
    )


def test_neighbours_and_an_analogy_make_sense(glove):
    words = [word for word, _ in nearest(glove, glove["dog"], 5, exclude=["dog"])]
    assert {"dogs", "cat"} <= set(words)
    vector = glove["king"] - glove["man"] + glove["woman"]
    assert nearest(glove, vector, 1, exclude=["king", "man", "woman"])[0][0] == "queen"


def test_nearest_gives_cosines_in_descending_order(glove):
    cosines = [cosine for _, cosine in nearest(glove, 3 * glove["dog"], 10)]
    assert cosines == sorted(cosines, reverse=True)
    assert cosines[0] == pytest.approx(1.0, abs=1e-5)


def test_the_embedding_matrix_follows_the_ids(glove):
    vocabulary = Vocabulary([*MARKERS, "dog", "qqqzzz", "cat"])
    matrix = embedding_matrix(vocabulary, glove, seed=3)
    assert matrix.shape == (7, 50)
    assert matrix.dtype == np.float32
    assert not matrix[0].any()
    np.testing.assert_array_equal(matrix[4], glove["dog"])
    np.testing.assert_array_equal(matrix[6], glove["cat"])
    assert 0.1 < matrix[5].std() < 1.0
    np.testing.assert_array_equal(matrix, embedding_matrix(vocabulary, glove, seed=3))
    assert (matrix[5] != embedding_matrix(vocabulary, glove, seed=4)[5]).any()


def test_coverage_leaves_the_markers_out(glove):
    share, missing = coverage(Vocabulary([*MARKERS, "dog", "qqqzzz", "cat", "tree"]), glove)
    assert share == 0.75
    assert missing == ["qqqzzz"]


def test_any_dimension_and_a_choice_of_words(tmp_path):
    path = tmp_path / "glove.6B.3d.txt"
    path.write_text("dog 1 2 3\ncat 4 5 6\n. . 7 8 9\n", encoding="utf-8")
    glove = load_glove(path)
    assert glove.dimension == 3
    assert glove.words == ["dog", "cat", ". ."]
    assert load_glove(path, words=["cat", "cow"]).words == ["cat"]
    nothing = load_glove(path, words=["con", "mèo"])  # a language that the file does not know
    assert nothing.vectors.shape == (0, 3)
    matrix = embedding_matrix(Vocabulary([*MARKERS, "mèo"]), nothing)
    assert matrix.shape == (5, 3)
    assert matrix[4].any()


def test_a_first_line_of_counts_is_skipped(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("2 3\ndog 1 2 3\ncat 4 5 6\n", encoding="utf-8")
    assert load_glove(path).words == ["dog", "cat"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("dog 1 2 3\ncat 4 5\n", "line 2 is not a word and 3 numbers"),
        ("dog 1 2 3\ncat 4 five 6\n", "line 2"),
        ("dog 1 2 3\ncat 4 nan 6\n", "line 2"),
        ("", "holds no vector"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path, text, sentence):
    path = tmp_path / "glove.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        load_glove(path)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            "dog 1 2 3\ncafé 4 5 6\n".encode("latin-1"),
            r"line 2 is not UTF-8 \(byte 0xe9\).*Latin-1",
        ),
        ("dog 1 2 3\n".encode("utf-16"), "line 1: this is text in UTF-16"),
        (b"PK\x03\x04rest of an archive", "line 1: this is a zip archive: unpack it"),
        (b"\x1f\x8b\x08rest", "line 1: this is an archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS pointer"),
        (b"<!DOCTYPE html>\n<title>Sign in</title>", "web page"),
        (b"dog 1 2 3\ncat 4 5 6 7\n3 4\n", r"line 3 is not a word and 3 numbers.*\(it has 2 col"),
        (b"400000 50\ndog\n", r"line 2 is not a word and its numbers \('dog'\)"),
        (b"\n\n", "line 1 is not a word and its numbers"),
        (b"\x00\x01\x02\x80", "line 1"),
    ],
)
@pytest.mark.parametrize("words", [None, ["dog"]], ids=["all", "some"])
def test_another_kind_of_file_is_named_with_the_line(tmp_path, data, sentence, words):
    path = tmp_path / "glove.6B.3d.txt"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=sentence) as caught:
        load_glove(path, words)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_cut_line_is_named_also_where_few_words_are_wanted(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("dog 1 2 3\ncat 4 5 6\ncow 7", encoding="utf-8")
    for words in (None, ["dog"]):
        with pytest.raises(ValueError, match="line 3 is not a word and 3 numbers"):
            load_glove(path, words)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_bytes(b"\xef\xbb\xbfdog 1 2 3\r\ncat 4 5 6\r\n")
    assert load_glove(path).words == ["dog", "cat"]


def test_a_missing_file_and_a_missing_dimension_are_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no GloVe file"):
        load_glove(tmp_path / "absent.txt")
    with pytest.raises(FileNotFoundError, match="make flickr8k"):
        best_glove_file(77)


def test_an_unknown_word_is_named(glove):
    assert "qqqzzz" not in glove
    with pytest.raises(KeyError, match="qqqzzz"):
        glove["qqqzzz"]


def test_the_slice_is_used_where_nothing_else_is_installed(monkeypatch, tmp_path):
    monkeypatch.setattr("utils.glove.GLOVE", tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "mine"))
    assert best_glove_file() == EMBEDDED_GLOVE
    whole = tmp_path / "glove.6B.50d.txt"
    whole.write_text("dog 1 2 3\n", encoding="utf-8")
    assert best_glove_file(50) == whole
    whole_glove_dir().mkdir(parents=True)  # where `COURSE_DATA` says
    (whole_glove_dir() / whole.name).write_text("dog 4 5 6\n", encoding="utf-8")
    assert best_glove_file(50).parent == tmp_path / "mine" / "glove"
