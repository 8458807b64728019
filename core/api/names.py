"""Python says given_name, the API says givenName."""


def camel(name: str) -> str:
    """`override_reason` -> `overrideReason`; dotted paths part by part."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
