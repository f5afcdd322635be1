import pytest

from utils.support.tables import markdown_table, text_table


def test_a_markdown_table_has_a_rule_that_says_where_columns_stand():
    rows = [["one", "1", "x"], ["two", "2", ""]]
    assert markdown_table(["", "n", "why"], rows, "lrc") == (
        "|  | n | why |\n|---|---:|:---:|\n| one | 1 | x |\n| two | 2 |  |"
    )
    assert markdown_table(["", "a", "b"], []) == "|  | a | b |\n|---|---:|---:|"


@pytest.mark.parametrize("row", [["a"], ["a", "b", "c"]])
def test_a_row_of_another_length_is_refused(row):
    with pytest.raises(ValueError, match="the head 2"):
        markdown_table(["a", "b"], [row])
    with pytest.raises(ValueError):
        text_table([["a", "b"], row])


def test_plain_columns_are_as_wide_as_their_widest_cell():
    table = text_table([["", "BLEU", "copied"], ["greedy", "9.5", ""], ["beam", "10.5", "3%"]])
    assert table == "        BLEU  copied\ngreedy   9.5\nbeam    10.5      3%"
