// Swagger UI over our own schema.
const place = document.getElementById("api-docs");

window.SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: true, tryItOutEnabled: true });
