"""What Prometheus is told of the search."""

from prometheus_client import Counter, Gauge

from core.metrics import REGISTRY

fallbacks = Counter(
    "clinic_search_fallbacks",
    "Searches that the database answered because Elasticsearch could not.",
    ["why"],
    registry=REGISTRY,
)
waiting = Gauge(
    "clinic_search_changes_waiting",
    "Changes of patients that Elasticsearch has not been told of.",
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
refused = Counter("clinic_search_refused", "Documents that Elasticsearch refused.", registry=REGISTRY)
