"""allauth's exchange with the provider, made stricter: one provider, checked discovery, signature, nonce and claims."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from accounts.oidc import admission, provider, roles, signed
from accounts.oidc.errors import ProviderUnreachable, ProviderWrong, SignInFailed, TokenWrong
from accounts.oidc.links import Identity
from accounts.sign_in import begin_session

_SCOPES = ("openid", "profile", "email")
_LONGEST_NAME = 200


class ClinicLogin(SocialLogin):
    """What the provider said about a person; allauth looks nobody up for it."""

    def __init__(self, who: Identity) -> None:
        super().__init__()
        self.who = who

    def lookup(self) -> None:
        """The clinic's own rules find the account."""


class ClinicProvider(OpenIDConnectProvider):
    """The one provider of the settings, with PKCE and a nonce."""

    def __init__(self, request: HttpRequest) -> None:
        app = SocialApp(
            provider=self.id,
            provider_id=settings.OIDC_ISSUER,
            name=settings.OIDC_BUTTON,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True},
        )
        super().__init__(request=request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> "ClinicExchange":
        return ClinicExchange(request)

    def get_scope(self) -> list[str]:
        """What is asked for; `groups` only of a provider that has it, others would refuse."""
        known = provider.current().configuration().get("scopes_supported")
        return [*_SCOPES, *(["groups"] if isinstance(known, list) and "groups" in known else [])]

    def get_pkce_params(self) -> dict[str, str]:
        """PKCE, and the nonce that binds the ID token to the same secret of this browser's session."""
        params: dict[str, str] = super().get_pkce_params()
        return params | {"nonce": nonce_of(params["code_verifier"])}


class ClinicExchange(OpenIDConnectOAuth2Adapter):
    """Code for tokens, tokens for a person."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, settings.OIDC_ISSUER)
        self._nonce = ""
        self.who: Identity | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        return provider.current().configuration()

    def get_provider(self) -> ClinicProvider:
        return ClinicProvider(self.request)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends people back to: as it is registered there, from the settings where they say it."""
        path = reverse("accounts:oidc-callback")
        return settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        """Refuses an answer that another provider gave; remembers which nonce the ID token must carry."""
        if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
            raise TokenWrong("answer of another issuer")
        self._nonce = nonce_of(pkce_code_verifier or "")
        with _whatever_it_answers():
            return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def parse_token(self, data: Any) -> SocialToken:
        with _whatever_it_answers():
            return super().parse_token({"access_token": data["access_token"]})

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> ClinicLogin:
        """The person, once the ID token has passed every check. Raises SignInFailed."""
        claims = signed.read(kwargs["response"].get("id_token"), audience=settings.OIDC_CLIENT_ID)
        if claims.get("nonce") != self._nonce:
            raise TokenWrong("nonce")
        self.who = _identity(claims, self._more(claims, token.token))
        return ClinicLogin(self.who)

    def _more(self, claims: Mapping[str, Any], access_token: object) -> Mapping[str, Any]:
        """Claims that some providers keep out of the ID token."""
        wanted = {"email", "email_verified", settings.OIDC_GROUPS_CLAIM}
        address = self.openid_config.get("userinfo_endpoint")
        if wanted <= claims.keys() or not address:
            return {}
        found = provider.fetch(address, Authorization=f"Bearer {access_token}")
        if found.get("sub") != claims["sub"]:
            raise TokenWrong("userinfo of somebody else")
        return found


class ClinicAdapter(DefaultSocialAccountAdapter):
    """Where allauth asks what to do."""

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """None from the database: a row there must not become a door."""
        return []

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> ClinicProvider:
        return ClinicProvider(request)

    def get_requests_session(self) -> requests.Session:
        """Waits a few seconds and follows nobody elsewhere: what is sent holds our secret."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: ClinicLogin) -> None:
        """The provider has vouched: the clinic decides, begins its own session and leaves allauth's flow."""
        begin_session(request, admission.admit(sociallogin.who))
        raise ImmediateHttpResponse(redirect(sociallogin.state.get("next") or "/"))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Every other end of the exchange, as one of our own reasons."""
        if exception is not None:
            raise _reason(exception) from None
        if "state" not in (extra_context or {}):
            raise SignInFailed("sign_in_expired")
        raise SignInFailed("sign_in_cancelled" if error == AuthError.CANCELLED else "provider_refused")


@contextmanager
def _whatever_it_answers() -> Iterator[None]:
    """What a provider may send instead of what it should is endless; none of it signs anybody in."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, requests.RequestException):
            raise
        raise ProviderWrong(type(error).__name__) from None


def nonce_of(code_verifier: str) -> str:
    """Known to whoever holds the verifier, which never leaves the server before the code comes back."""
    digest = hashlib.sha256(b"nonce/" + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _reason(error: Exception) -> SignInFailed:
    """Never with the text of the exception: it may quote what the provider sent."""
    name = type(error).__name__
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        return ProviderUnreachable(name)
    if isinstance(error, requests.RequestException):
        return ProviderWrong(name)
    return SignInFailed("provider_refused", name)


def _identity(claims: Mapping[str, Any], more: Mapping[str, Any]) -> Identity:
    # The address and the word that it was checked come from the same document.
    mailbox = claims if {"email", "email_verified"} <= claims.keys() else more
    groups = roles.groups_of(claims)
    email = str(mailbox.get("email", ""))
    name = str(claims.get("name") or more.get("name") or email)
    return Identity(
        subject=claims["sub"],
        email=email,
        is_email_verified=mailbox.get("email_verified") is True and bool(email),
        name=name[:_LONGEST_NAME],
        groups=(roles.groups_of(more) if groups is None else groups) or frozenset(),
        as_of=int(claims["iat"]),
    )
