"""Pydantic, versions 1 and 2: what happens when an object of a model is made, and when it is dumped.

Sources: https://docs.pydantic.dev/latest/ (concepts: models, fields, alias, validators, serialization, pydantic_settings) and
https://docs.pydantic.dev/1.10/
"""
