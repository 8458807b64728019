"""A printed thing as an answer: saved, never cached, and named without a word about anybody."""

from django.http import HttpResponse


def saved(content: bytes, type: str, name: str) -> HttpResponse:
    """A file to be saved or opened by the browser's own viewer."""
    answer = HttpResponse(content, content_type=type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
