"""Captions whose words are not divided, by script."""

import pytest

from utils.formats.oddities import spaceless_note

WHOLE = {
    "Japanese": "二匹の犬が浜辺を走っている",
    "Thai": "หมาสองตัวกำลังวิ่งอยู่ที่ชายหาด",
    "Khmer": "ឆ្កែពីរក្បាលកំពុងរត់នៅលើឆ្នេរ",
    "Lao": "ໝາສອງໂຕກຳລັງແລ່ນຢູ່ຫາດຊາຍ",
    "Burmese": "ခွေးနှစ်ကောင်ကမ်းခြေပေါ်မှာပြေးနေသည်",
}
DIVIDED = {
    "Korean": "개 두 마리가 해변을 달린다",
    "Tibetan": "ཁྱི་གཉིས་མཚོ་འགྲམ་ལ་རྒྱུག་བཞིན་འདུག།",
    "Khmer with unseen spaces": "ឆ្កែ\u200bពីរ\u200bក្បាល\u200bកំពុង\u200bរត់",
    "Persian": "دو سگ در ساحل می\u200cدوند",
    "Japanese with spaces": "二匹 の 犬 が 浜辺 を 走る",
}


@pytest.mark.parametrize("language", WHOLE)
def test_sentences_of_one_word_are_told(language):
    assert "no spaces between their words" in spaceless_note({"a": [WHOLE[language]]})[0]


@pytest.mark.parametrize("language", DIVIDED)
def test_words_that_are_divided_are_not(language):
    assert spaceless_note({"a": [DIVIDED[language]]}) == []
