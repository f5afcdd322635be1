"""Which encoding a file is in: recognised from a line or two, and how the line reads is shown."""

import pytest

from utils.formats.captions_file import read_captions_file
from utils.formats.encodings import likely_encoding

TEXTS = [
    ("cp1252", "Un café à 5 €"),
    ("latin-1", "Ein Hund läuft über die Straße"),
    ("latin-1", "¿Qué hace el niño?"),
    ("cp1250", "Żółty pies biegnie przez łąkę"),
    ("cp1250", "Příliš žluťoučký pes běží přes louku"),
    ("cp1254", "Bir köpek çayırda koşuyor"),  # noqa: RUF001
    ("cp1251", "Собака бежит по траве"),
    ("koi8_r", "Собака бежит по траве"),
    ("cp866", "Собака бежит по траве"),
    ("cp1253", "Ένας σκύλος τρέχει στο γρασίδι"),
    ("cp1255", "כלב רץ על הדשא"),
    ("cp1256", "كلب يركض على العشب"),
    ("cp874", "สุนัขวิ่งบนหญ้า"),
    ("cp932", "犬が草の上を走っている"),
    ("euc_jp", "犬が草の上を走っている"),
    ("gb18030", "一只狗在草地上跑"),
    ("big5", "一隻狗在草地上跑"),
    ("cp949", "개가 풀밭에서 뛰고 있다"),
]


@pytest.mark.parametrize(("codec", "text"), TEXTS)
@pytest.mark.parametrize("header", ["", "image,caption\na.jpg,"])
def test_it_is_the_one_in_which_the_text_reads_right(codec, text, header):
    data = (header + text).encode(codec)
    assert data.decode(likely_encoding(data).codec) == header + text


def test_the_sentence_shows_how_the_line_reads(tmp_path):
    path = tmp_path / "captions.txt"
    path.write_bytes("image,caption\na.jpg,犬が走る\n".encode("cp932"))
    with pytest.raises(ValueError, match=r"Shift-JIS.*reads 'a.jpg,犬が走る'.*-f CP932"):
        read_captions_file(path)


def test_what_reads_like_nothing_is_not_guessed():
    assert likely_encoding(bytes(range(128, 256)) * 3) is None
