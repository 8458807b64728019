"""What OIDC_ISSUER switches on: sign-in through Okta or another OpenID Connect provider (docs/okta.md)."""

from urllib.parse import urlsplit

from clinic.environment import env, read, stop

_EXAMPLE = "https://example.okta.com"
_GROUPS_EXAMPLE = "clinic-doctors:doctor,clinic-desk:receptionist"
_LONGEST_ISSUER = 200
_THIS_COMPUTER = {"localhost", "127.0.0.1", "::1"}


def issuer() -> str:
    """The provider's issuer, letter by letter as it writes it; empty when it is not used."""
    value = read("OIDC_ISSUER", env.str, "")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        stop("OIDC_ISSUER", f"write it like {_EXAMPLE}")
    if parts.scheme not in {"https", "http"} or not host or parts.query or parts.fragment or "@" in parts.netloc:
        stop("OIDC_ISSUER", f"write it like {_EXAMPLE}")
    if parts.scheme == "http" and host not in _THIS_COMPUTER:
        stop("OIDC_ISSUER", "must be https: who signs in must not be decided by whoever listens in between")
    if len(value) > _LONGEST_ISSUER:
        stop("OIDC_ISSUER", f"use at most {_LONGEST_ISSUER} characters")
    return value


def needed(name: str, issuer: str) -> str:
    """A variable without which OIDC_ISSUER cannot work; empty when there is no issuer."""
    value = read(name, env.str, "")
    if issuer and not value:
        stop(name, "is needed when OIDC_ISSUER is given")
    return value if issuer else ""


def groups(issuer: str) -> dict[str, str]:
    """Groups of the provider and the role that each gives, the first that fits counts."""
    text = needed("OIDC_GROUPS", issuer)
    found: dict[str, str] = {}
    for pair in text.split(",") if text else []:
        group, colon, role = (part.strip() for part in pair.rpartition(":"))
        if not group or not colon or not role:
            stop("OIDC_GROUPS", f"write it like {_GROUPS_EXAMPLE}")
        if role == "patient":
            stop("OIDC_GROUPS", "no group can give the role patient: patients and parents register themselves")
        if group in found:
            stop("OIDC_GROUPS", f"{group} stands there twice")
        found[group] = role
    return found


def api_audience(client_id: str) -> str:
    """For whom access tokens of the provider must be made; empty when the API takes none of them."""
    value = read("OIDC_API_AUDIENCE", env.str, "")
    if value and value == client_id:
        stop("OIDC_API_AUDIENCE", "must differ from OIDC_CLIENT_ID, or a sign-in's own token would open the API")
    return value
