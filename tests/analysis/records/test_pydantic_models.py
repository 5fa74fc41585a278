"""Pydantic models: what runs when one is made or dumped, and what its fields get."""

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent, use

PUT = "s3:PutObject Bucket=b"
HEAD = """
import boto3
from typing import Annotated, Generic, List, Literal, Optional, TypeVar, Union
from pydantic import (
    AfterValidator, AliasChoices, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PrivateAttr, RootModel,
    SecretStr, TypeAdapter, computed_field, field_serializer, field_validator, model_serializer, model_validator, parse_obj_as,
    root_validator, validator,
)
def put(): boto3.client("s3").put_object(Bucket="b")
def name(bucket): boto3.client("s3").put_object(Bucket=bucket)
"""
MODEL = HEAD + 'class M(BaseModel):\n    u: str\n    w: str = "w"\n'
FIELD = '    @field_validator("u")\n    @classmethod\n    def v(cls, x): put(); return x\n'
DEFAULT = '    @field_validator("w")\n    @classmethod\n    def v(cls, x): put(); return x\n'
COMPUTED = "    @computed_field\n    @property\n    def url(self) -> str: put(); return 'x'\n"
SERIALIZER = '    @field_serializer("u")\n    def s(self, x): put(); return x\n'
ANNOTATED = "    z: Annotated[str, AfterValidator(check)] = None\n"
POWERTOOLS = "from aws_lambda_powertools.utilities.parser import event_parser, parse\n"

RUN = {
    "field": (FIELD, "M(u='a')"),
    "field of unseen data": (FIELD, "M(**e)"),
    "field with a default, unseen data": (DEFAULT, "M(**e)"),
    "field by model_validate": (FIELD, "M.model_validate(e)"),
    "field by model_validate_json": (FIELD, "M.model_validate_json(e['body'])"),
    "field by parse_obj": (FIELD, "M.parse_obj({'u': e['u']})"),
    "field by parse_raw": (FIELD, "M.parse_raw(e['body'])"),
    "field by a type adapter": (FIELD, "TypeAdapter(M).validate_python(e)"),
    "field by a type adapter of lists": (FIELD, "TypeAdapter(list[M]).validate_python(e)"),
    "field by parse_obj_as": (FIELD, "parse_obj_as(List[M], e)"),
    "field by Powertools": (FIELD + POWERTOOLS, "parse(event=e, model=M)"),
    "field by Powertools, in an envelope": (FIELD + POWERTOOLS + "envelope = e1 = None\n", "parse(e, M, envelope)"),
    "field of a model within": (FIELD + "class N(BaseModel):\n    m: M\n", "N(**e)"),
    "field of models in a list": (FIELD + "class N(BaseModel):\n    m: list[M]\n", "N.model_validate({'m': [{'u': 'x'}]})"),
    "field without classmethod": ('    @field_validator("u")\n    def v(cls, x): put(); return x\n', "M(u='a')"),
    "function shared by models": ('    _v = field_validator("u")(lambda x: put())\n', "M(u='a')"),
    "old": ('    @validator("u")\n    def v(cls, x, values): put(); return x\n', "M(u='a')"),
    "old, always": ('    @validator("w", always=True)\n    def v(cls, x): put(); return x\n', "M(u='a')"),
    "old root": ("    @root_validator\n    def v(cls, values): put(); return values\n", "M(u='a')"),
    "old root, before": ("    @root_validator(pre=True)\n    def v(cls, values): put(); return values\n", "M(u='a')"),
    "model after": ('    @model_validator(mode="after")\n    def v(self): put(); return self\n', "M(u='a')"),
    "model before": ('    @model_validator(mode="before")\n    @classmethod\n    def v(cls, d): put(); return d\n', "M(u='a')"),
    "default that is validated": ("    model_config = ConfigDict(validate_default=True)\n" + DEFAULT, "M(u='a')"),
    "post init": ("    def model_post_init(self, context): put()\n", "M(u='a')"),
    "default factory": ("    c: str = Field(default_factory=put)\n", "M(u='a')"),
    "private attribute": ("    _c = PrivateAttr(default_factory=put)\n", "M(u='a')"),
    "computed field": (COMPUTED, "M(u='a').model_dump_json()"),
    "computed field of a model within": (COMPUTED + "class N(BaseModel):\n    m: M\n", "N(m=M(u='a')).dict()"),
    "serializer": (SERIALIZER, "M(u='a').model_dump()"),
    "serializer of the whole": ("    @model_serializer\n    def s(self): put(); return {}\n", "M(u='a').model_dump()"),
    "inherited": (FIELD + "class N(M): pass\n", "N(u='a')"),
    "pydantic's dataclasses": (
        "from pydantic.dataclasses import dataclass\n@dataclass\nclass D:\n    u: str\n" + FIELD,
        "D('a')",
    ),
}
NOT_RUN = {
    "never made": (FIELD, "M"),
    "other model": (FIELD + "class N(BaseModel):\n    u: str\n", "N(u='a')"),
    "default is not validated": (DEFAULT, "M(u='a')"),
    "no validation": (FIELD, "M.model_construct(u='a')"),
    "copy": (FIELD, "M.model_construct(u='a').model_copy(update={'u': 'b'})"),
    "not dumped": (COMPUTED + SERIALIZER, "M(u='a').u"),
    "overridden": (FIELD + "class N(M):\n    def v(cls): return 1\n", "N(u='a')"),
    "plain method": ("    def v(cls, x): put(); return x\n", "M(u='a')"),
    "default factory, never made": ("    c: str = Field(default_factory=put)\n", "M"),
    "default factory, given": ("    c: str = Field(default_factory=put)\n", "M(u='a', c='c')"),
    "function shared by models, never made": ('    _v = field_validator("u")(lambda x: put())\n', "M"),
}


@pytest.mark.parametrize(("body", "use"), RUN.values(), ids=RUN.keys())
def test_run(body: str, use: str) -> None:
    found(f"{MODEL}{body}def handler(e, x): return {use}", PUT)


@pytest.mark.parametrize(("body", "use"), NOT_RUN.values(), ids=NOT_RUN.keys())
def test_not_run(body: str, use: str) -> None:
    silent(f"{MODEL}{body}def handler(e, x): return {use}")


@pytest.mark.parametrize("made", ["M(u='a')", "M(**e)"])
@pytest.mark.parametrize("kind", ["Annotated[str, AfterValidator(check)]", "Named"])
def test_functions_in_annotations(kind: str, made: str) -> None:
    source = f"{HEAD}def check(x): put(); return x\nNamed = Annotated[str, BeforeValidator(check)]\nclass M(BaseModel):\n    u: {kind}\n"
    found(f"{source}def handler(e, x): {made}", PUT)
    silent(f"{source}def handler(e, x): M")


def test_the_event_that_powertools_parses() -> None:
    source = f"{MODEL}{FIELD}{POWERTOOLS}@event_parser(model=M)\ndef handler(e, x): name(e.w)"
    result = use(source)
    assert result.handler is not None
    assert result.handler.line == source[: source.index("def handler")].count("\n") + 1
    assert "w" in str([call.arguments for call in result.calls])


FIELDS = {
    "alias": ("class M(BaseModel):\n b: str = Field(alias='Bucket')", "M(Bucket='x').b"),
    "annotated alias": ("class M(BaseModel):\n b: Annotated[str, Field(alias='Bucket')] = 'd'", "M(Bucket='x').b"),
    "alias choices": ("class M(BaseModel):\n b: str = Field(validation_alias=AliasChoices('A', 'B'))", "M(B='x').b"),
    "alias path": (
        "class M(BaseModel):\n b: str = Field(validation_alias=AliasPath('A', 'n', 0))",
        "M(A={'n': ['x']}).b",
    ),
    "version 1, alias in the configuration": ("class M(BaseModel):\n b: str\n class Config: fields = {'b': 'B'}", "M(B='x').b"),
    "alias generator": (
        "from pydantic.alias_generators import to_camel as f\nclass M(BaseModel):\n model_config = {'alias_generator': f}\n a_b: str",
        "M(aB='x').a_b",
    ),
    "generator of the program's": (
        "class M(BaseModel):\n model_config = ConfigDict(alias_generator=lambda s: s.upper())\n b: str",
        "M(B='x').b",
    ),
    "by name": ("class M(BaseModel):\n model_config = ConfigDict(populate_by_name=True)\n b: str = Field('d', alias='B')", "M(b='x').b"),
    "name that an alias hides": ("class M(BaseModel):\n b: str = Field('x', alias='B')", "M(b='d').b"),
    "model within": ("class I(BaseModel):\n b: str\nclass M(BaseModel):\n i: I", "M(i={'b': 'x'}).i.b"),
    "optional model within": ("class I(BaseModel):\n b: str\nclass M(BaseModel):\n i: Optional[I] = None", "M(i={'b': 'x'}).i.b"),
    "models by name": ("class I(BaseModel):\n b: str\nclass M(BaseModel):\n i: dict[str, I]", "M(i={'k': {'b': 'x'}}).i['k'].b"),
    "one of two models": (
        "class I(BaseModel):\n b: str\n def n(self): return self.b\nclass J(BaseModel):\n c: str\n def n(self): return 'j'\n"
        "class M(BaseModel):\n i: Union[J, I]",
        "M(i={'b': 'x'}).i.n()",
    ),
    "member of an enumeration": (
        "from enum import Enum\nclass E(Enum):\n A = 'x'\n B = 'b'\nclass M(BaseModel):\n b: E",
        "M(b='x').b.value",
    ),
    "secret": ("class M(BaseModel):\n b: SecretStr", "M(b='x').b.get_secret_value()"),
    "root": ("class M(RootModel[list[str]]): pass", "M(['x']).root[0]"),
    "object as it is": ("class M(BaseModel):\n b: str", "M.model_validate(M(b='x')).b"),
    "JSON": ("class M(BaseModel):\n b: str", 'M.model_validate_json(\'{"b": "x"}\').b'),
    "unvalidated": ("class M(BaseModel):\n a: str = 'x'\n b: str", "M.model_construct(b='y').a"),
    "extra": ("class M(BaseModel):\n model_config = ConfigDict(extra='allow')", "M(b='x').b"),
    "own init": ("class M(BaseModel):\n b: str\n def __init__(self, q): super().__init__(b=q)", "M('x').b"),
    "own init with keywords": ("class M(BaseModel):\n b: str\n def __init__(self, **kw): super().__init__(**kw)", "M(b='x').b"),
    "own init, by the class": ("class M(BaseModel):\n b: str\n def __init__(self, q): BaseModel.__init__(self, b=q)", "M('x').b"),
    "own init of a base": (
        "class A(BaseModel):\n b: str\n def __init__(self, q, **kw): super().__init__(b=q, **kw)\nclass M(A):\n c: str",
        "M('y', c='x').c",
    ),
    "validator": ("class M(BaseModel):\n b: str\n @field_validator('b')\n def v(cls, v): return v[:1]", "M(b='xy').b"),
    "validator of another field": (
        "class M(BaseModel):\n a: str\n b: str\n @field_validator('b')\n def v(cls, v): return 'y'",
        "M(a='x', b='b').a",
    ),
    "validator around": (
        "class M(BaseModel):\n b: str\n @field_validator('b', mode='wrap')\n def v(cls, v, h): return h(v)[:1]",
        "M(b='xy').b",
    ),
    "validator that reads other fields": (
        "class M(BaseModel):\n a: str\n b: str\n @field_validator('b')\n def v(cls, v, info): return info.data['a']",
        "M(a='x', b='b').b",
    ),
    "old validator that reads other fields": (
        "class M(BaseModel):\n a: str\n b: str = None\n @validator('b', always=True, pre=True)\n def v(cls, v, values): return values['a']",
        "M(a='x').b",
    ),
    "old validator of items": (
        "class M(BaseModel):\n b: List[str]\n @validator('b', each_item=True)\n def v(cls, v): return v[:1]",
        "M(b=['xy']).b[0]",
    ),
    "old validator of the whole": (
        "class M(BaseModel):\n b: str\n @root_validator\n def v(cls, values):\n  values['b'] = 'x'\n  return values",
        "M(b='b').b",
    ),
    "validator of the whole, before": (
        "class M(BaseModel):\n b: str\n @model_validator(mode='before')\n @classmethod\n def v(cls, data): return {'b': data['a']}",
        "M(a='x').b",
    ),
    "validator of the whole, after": (
        "class M(BaseModel):\n b: str\n @model_validator(mode='after')\n def v(self):\n  self.b = 'x'\n  return self",
        "M(b='b').b",
    ),
    "dumped": ("class M(BaseModel):\n b: str", "M(b='x').model_dump()['b']"),
    "dumped, version 1": ("class M(BaseModel):\n b: str", "M(b='x').dict()['b']"),
    "dumped by alias": ("class M(BaseModel):\n b: str = Field(alias='B')", "M(B='x').model_dump(by_alias=True)['B']"),
    "dumped by a serializer": (
        "class M(BaseModel):\n b: str\n @field_serializer('b')\n def s(self, v): return 'x'",
        "M(b='b').model_dump()['b']",
    ),
    "dumped by a function": ("class M(BaseModel):\n b: Annotated[str, PlainSerializer(lambda v: 'x')]", "M(b='b').model_dump()['b']"),
    "dumped with a computed field": (
        "class M(BaseModel):\n @computed_field\n @property\n def c(self) -> str: return 'x'",
        "M().model_dump()['c']",
    ),
    "pairs": ("class M(BaseModel):\n b: str", "dict(M(b='x'))['b']"),
    "copied with a change": ("class M(BaseModel):\n b: str", "M(b='b').model_copy(update={'b': 'x'}).b"),
}


@pytest.mark.parametrize(("source", "value"), FIELDS.values(), ids=FIELDS.keys())
def test_fields(source: str, value: str) -> None:
    result = found(f"{HEAD}{source}\ndef handler(e, c): name({value})", "s3:PutObject Bucket=x")
    assert len(result.calls) == 1


def test_unseen_data_may_set_what_has_a_default() -> None:
    (call,) = use(f"{MODEL}def handler(e, x): name(M(**e).w)").calls
    assert "'w'" in str(call.arguments)
    assert "the event" in str(call.arguments)
