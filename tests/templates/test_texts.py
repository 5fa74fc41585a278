"""The algebra of texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.model.text import ACCOUNT, REGION, Hole, Part, Text, Token, TokenKind
from lambda_iam_scan.templates.texts import MAX_ALTERNATIVES, combinations, join, literal, merge, split, whole, with_references

TABLE = Token("Table", TokenKind.RESOURCE)
NAME = Token("Name", TokenKind.PARAMETER)
HOLE = Hole("why")

parts: st.SearchStrategy[Part] = st.one_of(st.text("ab:/", max_size=4), st.sampled_from([TABLE, NAME, REGION]))
texts = st.lists(parts, max_size=5).map(lambda found: Text.of(*found))


@given(texts)
def test_joining_what_was_split_gives_the_text_again(text: Text) -> None:
    assert join(Text.of(":"), split(text, ":")) == text


@given(st.lists(texts, min_size=1, max_size=4))
def test_a_merged_text_keeps_what_all_begin_with(alternatives: list[Text]) -> None:
    merged = merge(alternatives, "why")
    if len(set(alternatives)) == 1 and len(alternatives) == 1:
        assert merged == alternatives[0]
    else:
        assert sum(isinstance(part, Hole) for part in merged.parts) == 1


def test_merging_keeps_head_and_tail() -> None:
    one, other = Text.of("arn:a", TABLE, "/*"), Text.of("arn:b", TABLE, "/*")
    assert merge([one, other], "why") == Text.of("arn:", HOLE, TABLE, "/*")


def test_alternatives_multiply_up_to_a_bound() -> None:
    two = (Text.of("a"), Text.of("b"))
    assert combinations([two, (Text.of("-"),), two], "why") == tuple(Text.of(x) for x in ("a-a", "a-b", "b-a", "b-b"))
    many = tuple(Text.of(str(number)) for number in range(MAX_ALTERNATIVES + 1))
    assert combinations([(Text.of("x"),), many], "why") == (Text.of("x", HOLE),)
    assert combinations([(), (Text.of("a"),)], "why") == ()


def test_dynamic_references_are_tokens() -> None:
    token = Token("resolve:ssm:/a", TokenKind.PARAMETER)
    assert literal("x-{{resolve:ssm:/a}}-y") == Text.of("x-", token, "-y")
    assert literal("{{handlebars}}") == Text.of("{{handlebars}}")


def test_dynamic_references_made_of_parts_are_tokens() -> None:
    assert with_references(Text.of("a{{resolve:ssm:/", NAME, "/b}}c")) == Text.of(
        "a", Token("resolve:ssm:/${Name}/b", TokenKind.PARAMETER), "c"
    )
    assert with_references(Text.of("a", NAME)) == Text.of("a", NAME)


def test_only_values_without_delimiters_may_be_cut_around() -> None:
    assert whole(Text.of("a:", TABLE, REGION, ACCOUNT))
    assert not whole(Text.of(NAME))
    assert not whole(Text.of(Token("Table.Arn", TokenKind.RESOURCE)))
    assert not whole(Text.of(HOLE))
