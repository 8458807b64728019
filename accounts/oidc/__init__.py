"""Sign-in through an OpenID Connect provider, such as Okta: docs/adr/0009-openid-connect.md says what holds here.

The exchange with the browser and the provider is allauth's; whom we believe, who becomes whom and with which role is
decided here and in `accounts.actions.single_sign_on`.
"""
