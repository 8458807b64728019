"""This package's routes of the API, relative to /api/."""

from core.api.routes import Route

routes: list[Route] = []
