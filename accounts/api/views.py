"""The base of every API view: default deny, and the limit on calls."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.rights import Declared, Needed
from accounts.permissions import Permission
from core import throttle


class ClinicView(APIView):
    """`required` names, per HTTP method, the right (any one of several), SIGNED_IN or PUBLIC.

    `also` names a right that the method takes besides.
    """

    required: ClassVar[Mapping[str, Needed]] = {}
    also: ClassVar[Mapping[str, Permission]] = {}
    permission_classes = (Declared,)
    http_method_names = ("get", "post", "put", "patch", "delete", "head")

    def check_throttles(self, request: Request) -> None:
        if request.user.is_authenticated:
            throttle.hit_in_cache("api", str(request.user.pk), limit=settings.API_CALLS_PER_MINUTE)
