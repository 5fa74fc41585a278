import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_iam_scan.iam.language import shape
from lambda_iam_scan.iam.pattern import compiled, pieces, resolve
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text, Token, TokenKind

ANY = Hole("any")
SEGMENT = Hole("a segment", segment=True)
BUCKET, OTHER = Token("Bucket", TokenKind.RESOURCE), Token("Other", TokenKind.RESOURCE)
P, Q = Token("P", TokenKind.PARAMETER), Token("Q", TokenKind.PARAMETER)
STACK = Token("AWS::StackName", TokenKind.OWN)
YES, MAYBE, NO = Truth.YES, Truth.MAYBE, Truth.NO


def text(*parts: Part | Text) -> Text:
    return Text.of(*parts)


def relation(needed: Text, granted: Text, *, assume: bool = True) -> Truth:
    return compiled(pieces(granted), True).relation(needed, assume=assume, arn=True)


def sqs(*name: Part) -> Text:
    return Text.of("arn:", PARTITION, ":sqs:", REGION, ":", ACCOUNT, ":", *name)


def s3(*name: Part) -> Text:
    return Text.of("arn:aws:s3:::", *name)


@pytest.mark.parametrize(
    ("needed", "granted", "expected"),
    [
        # holes
        (s3(ANY, "/", ANY), s3("my-bucket/*"), MAYBE),
        (s3("my-bucket/", ANY), s3("my-bucket/*"), YES),
        (s3("my-bucket/", ANY), s3("other-bucket/*"), NO),
        (s3("my-bucket/", ANY), s3("my-bucket/logs/*"), MAYBE),
        (s3("my-bucket/data/", ANY), s3("my-bucket/logs/*"), NO),
        (text(ANY), sqs("jobs"), MAYBE),
        (text(ANY), text("*"), YES),
        (text("*"), text("*"), YES),
        (text("*"), sqs("jobs"), NO),
        (s3("a", ANY, "cb"), s3("a?*b"), YES),
        (s3("a", ANY, "b"), s3("a?*b"), MAYBE),
        (text("arn:aws:sqs:", ANY, ":", ANY, ":jobs"), text("arn:aws:sqs:*:*:jobs"), YES),
        (text("arn:aws:sqs:", ANY, ":", ANY, ":jobs"), text("arn:aws:sqs:us-east-1:123456789012:jobs"), MAYBE),
        (text("arn:aws:sqs:", ANY, ":", ANY, ":jobs"), text("arn:aws:sqs:us-east-1:123456789012:old:jobs"), NO),
        # names that a template generates
        (s3(BUCKET, "/", ANY), s3(BUCKET, "/*"), YES),
        (s3(BUCKET, "/", ANY), s3(OTHER, "/*"), NO),
        (s3(BUCKET, "/", ANY), s3("my-bucket/*"), NO),
        (s3(BUCKET, "/", ANY), s3("my-*"), MAYBE),
        (s3(BUCKET, "/", ANY), s3("*/*"), YES),
        (s3(BUCKET, "/", ANY), s3(STACK, "-*/*"), MAYBE),
        (s3(BUCKET, "/", ANY), s3(STACK, "-data/*"), NO),
        (s3("my-", ANY), s3(BUCKET), MAYBE),
        (s3("my-bucket"), s3(BUCKET), NO),
        (sqs(BUCKET), sqs(BUCKET, "*"), YES),
        (sqs(BUCKET), sqs(BUCKET, "/x"), NO),
        (text(BUCKET), text(BUCKET), YES),
        (sqs(BUCKET), sqs(Token("Bucket.Name", TokenKind.RESOURCE)), MAYBE),
        (text(Token("Bucket.Arn", TokenKind.RESOURCE)), s3(BUCKET), MAYBE),
        (s3(BUCKET), text(Token("Bucket.Arn", TokenKind.RESOURCE)), MAYBE),
        (text(Token("Bucket.Arn", TokenKind.RESOURCE)), s3(OTHER), NO),
        (text(BUCKET), text("arn:aws:sns:us-east-1:123456789012:t"), NO),
        (text(BUCKET), text("arn:aws:sns:*:*:*"), MAYBE),
        # the deployment's own account, region and partition
        (sqs("jobs"), text("arn:aws:sqs:us-east-1:123456789012:jobs"), YES),
        (sqs("jobs"), text("arn:aws:sqs:us-*:*:jobs"), YES),
        (sqs("jobs"), text("arn:aws:sqs:us-east-1:123456789012:job"), NO),
        (sqs("jobs"), text("arn:aws:sqs:us-east-1:12345:jobs"), NO),
        (text("arn:aws-cn:sqs:cn-north-1:123456789012:jobs"), sqs("jobs"), YES),
        (text("arn:aws:sqs:us-east-1:123456789012:jobs"), text("arn:aws:sqs:eu-west-1:123456789012:jobs"), NO),
        (s3("data-", ACCOUNT, "/x"), s3("data-123456789012/*"), YES),
        (s3("data-", ACCOUNT, "/x"), s3("data-prod/*"), NO),
        (s3("data-123456789012/x"), s3("data-", ACCOUNT, "/*"), YES),
        (s3("data-", REGION), s3("data-", REGION), YES),
        # parameters
        (sqs(P), sqs("jobs"), MAYBE),
        (sqs("jobs"), sqs(P), MAYBE),
        (sqs(P), sqs(P), YES),
        (sqs(P), sqs(Q), MAYBE),
        (sqs(P, "-a"), sqs(P, "-b"), NO),
        (sqs(P, "-a"), sqs(Q, "-b"), NO),
        (sqs(P, "-a"), sqs(Q, "-a"), MAYBE),
        (sqs(BUCKET), text(P), MAYBE),
        # a granted text that is not known
        (sqs("jobs"), text(ANY), MAYBE),
        (sqs("jobs"), sqs("j", ANY), MAYBE),
        (sqs("jobs"), sqs("x", ANY), NO),
        # segments
        (text("arn:aws:sqs:us-east-1:123456789012:jobs"), text("arn:aws:sqs:*"), YES),
        (text("arn:aws:sqs:us-east-1:123456789012:jobs"), text("arn:aws:sqs:us-*-1:123456789012:jobs"), YES),
        (text("arn:aws:sqs:us-east-1:123456789012:jobs-1:j"), text("arn:aws:sqs:us-*-1:j"), NO),
        (s3("b/a/c"), s3("b/*/c"), YES),
        # what is not known does not make room for the rest of an ARN
        (text("arn:aws:logs:us-east-1:123456789012:log-group:a:", ANY), text("arn:aws:logs:*:*:log-group:b:*"), NO),
        (text("arn:aws:logs:us-east-1:123456789012:log-group:a:", ANY), text("arn:aws:logs:*:*:log-group:a:*"), YES),
        (text("arn:aws:logs:us-east-1:123456789012:log-group:a:", ANY), text("arn:aws:logs:*:log-group:b:*"), MAYBE),
        (text("arn:aws:logs:us-east-1:123456789012:log-group:", ANY), text("arn:aws:logs:*:*:log-group:b:*"), MAYBE),
        (s3("b/", ANY), text("arn:aws:s3:*:*:b/a:*"), MAYBE),
        # a hole without slashes
        (s3("a/", SEGMENT, "/c"), s3("*/b/*"), MAYBE),
        (s3("a/x/", SEGMENT), s3("a/*/b/*"), NO),
        (s3("a/x/", ANY), s3("a/*/b/*"), MAYBE),
        (s3("a/", SEGMENT, ANY), s3("a/*/b/*"), MAYBE),
        (s3("a/", SEGMENT, SEGMENT), s3("a/*/b/*"), NO),
    ],
)
def test_relation(needed: Text, granted: Text, expected: Truth) -> None:
    assert relation(needed, granted) is expected


def test_without_assuming_the_deployment_only_may_be_the_one_named() -> None:
    assert relation(sqs("jobs"), text("arn:aws:sqs:us-east-1:123456789012:jobs"), assume=False) is MAYBE
    assert relation(sqs("jobs"), text("arn:aws:sqs:*:*:jobs"), assume=False) is YES
    assert relation(sqs("jobs"), text("arn:aws:sqs:us-east-1:12:jobs"), assume=False) is NO


def test_variables_and_escapes() -> None:
    assert pieces(text("a${*}b")) == ("a", "*", "b")
    asked: dict[str, Text | None] = {"aws:username": text("al*ce"), "aws:none": None}
    home = pieces(text("home/${aws:username}/*"))
    assert resolve(home, lambda key: asked[key]) == ("home/", "al*ce", "/", pieces(text("*"))[0])
    assert resolve(pieces(text("${aws:none}")), lambda key: asked[key]) is None
    assert resolve(pieces(text("x${aws:none, 'y'}")), lambda key: asked[key]) == ("x", "y")
    assert pieces(text("${aws:username}"), variables=False) == ("${aws:username}",)


def test_a_value_put_for_a_variable_has_no_wildcards() -> None:
    resolved = resolve(pieces(text("home/${u}")), lambda _: text("*"))
    assert resolved is not None
    assert compiled(resolved).relation(text("home/alice")) is NO
    assert compiled(resolved).relation(text("home/*")) is YES


def test_hostile_patterns_take_no_time() -> None:
    pattern = text("*a" * 200 + "*b")
    assert relation(text("a" * 2000), pattern) is NO
    assert pieces(text("${" + " " * 50_000)) == ("${" + " " * 50_000,)
    assert relation(text(BUCKET, "a" * 500), text("*" + "ab*" * 3000)) in (NO, MAYBE)
    assert relation(text(ANY, "a" * 60), text("*a" + "?" * 60 + "*b*" * 20)) in (NO, MAYBE)


@pytest.mark.parametrize(
    ("name", "values"),
    [("AWS::AccountId", ["123456789012"]), ("AWS::Region", ["us-east-1", "us-gov-west-1"]), ("AWS::Partition", ["aws", "aws-cn"])],
)
def test_shapes(name: str, values: list[str]) -> None:
    token = Token(name, TokenKind.OWN)
    assert shape(token) is not None
    assert all(compiled((value,)).relation(text(token)) is YES for value in values)
    assert compiled(("x1",)).relation(text(token)) is NO


# Against enumeration, over a small alphabet in which `c` is a character that no pattern mentions.

NEEDED = st.lists(st.sampled_from(["a", "b", ANY]), max_size=3)
GRANTED = st.lists(st.sampled_from(["a", "b", "*", "?"]), max_size=4)
STRINGS = ["".join(chars) for length in range(8) for chars in product("abc", repeat=length)]


def regex(items: list[str]) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(item, item) for item in items))


def instances(needed: list[str | Hole]) -> list[str]:
    pattern = re.compile("".join(item if isinstance(item, str) else ".*" for item in needed))
    return [string for string in STRINGS if pattern.fullmatch(string)]


@given(NEEDED, GRANTED)
@settings(max_examples=250, deadline=None)
def test_relation_agrees_with_enumeration(needed: list[str | Hole], granted: list[str]) -> None:
    accepts = regex(granted)
    matching = [accepts.fullmatch(string) is not None for string in instances(needed)]
    found = compiled(pieces(text("".join(granted)))).relation(text(*needed))
    assert found is (YES if all(matching) else MAYBE if any(matching) else NO)


PARTS = st.lists(st.sampled_from(["a", "b", "-", "*", "?", BUCKET, OTHER, P]), max_size=5)
NEEDED_PARTS = st.lists(st.sampled_from(["a", "b", "-", ANY, BUCKET, OTHER, P]), max_size=5)


@given(NEEDED_PARTS, PARTS, st.sampled_from(["", "a", "b-a", "xyz"]), st.sampled_from(["", "a", "q-b"]))
@settings(max_examples=600, deadline=None)
def test_relation_holds_for_every_value_of_the_tokens(needed: list[Part], granted: list[Part], parameter: str, filled: str) -> None:
    values = {BUCKET: "stack-Bucket-1X", OTHER: "stack-Other-2Y", P: parameter, ANY: filled}
    found = compiled(pieces(text(*granted))).relation(text(*needed))
    instance = text(*(item if isinstance(item, str) else values[item] for item in needed))
    pattern = text(*(item if isinstance(item, str) else values[item] for item in granted))
    actual = compiled(pieces(pattern)).relation(instance)
    if found is YES:
        assert actual is YES
    if found is NO and parameter not in ("stack-Bucket-1X", "stack-Other-2Y"):
        assert actual is NO
