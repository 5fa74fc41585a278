"""Values that frameworks put where code asks for them."""
