"""The API's own description."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.access import PUBLIC, public


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, made from the code."""

    access = (PUBLIC,)


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI, served by ourselves."""

    access = (PUBLIC,)
    url_name = "api:schema"
    template_name = "clinic/api_docs.html"
    template_name_js = "drf_spectacular/swagger_ui.js"


schema = public(SchemaView.as_view())
docs = public(DocsView.as_view())
