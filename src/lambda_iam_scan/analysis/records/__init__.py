"""Objects made of declared fields: dataclasses, attrs, named tuples and pydantic's models."""
