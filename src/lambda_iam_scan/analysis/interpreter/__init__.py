"""The abstract interpreter: a mixin a kind of statement or expression, from `operations` up to `calls`."""
