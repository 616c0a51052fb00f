"""What whoever runs the product asks. Probes follow no redirects: the last slash may be missing."""

from django.urls import path, re_path

from kumon_site.operations import figures, health, metrics

urlpatterns = [
    re_path(r"^(?:api/v1/)?health/live/?$", health.live, name="health-live"),
    re_path(r"^(?:api/v1/)?health/ready/?$", health.ready, name="health-ready"),
    re_path(r"^(?:api/v1/)?health/?$", health.everything, name="health"),
    re_path(r"^metrics/?$", metrics.metrics, name="metrics"),
    path("api/v1/figures/", figures.figures, name="figures"),
]
