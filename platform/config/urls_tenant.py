"""One committee's site."""

from importlib.util import find_spec

from django.urls import include, path

from registry import views

_APPS = {  # where each app's pages hang
    "members/": "tenants.members.urls",
    "organisation/": "tenants.members.urls.organisation",
    "proceedings/": "tenants.proceedings.urls",
    "": "tenants.liaison.urls",
    "activities/": "tenants.activities.urls",
    "outputs/": "tenants.voices.urls",
    "voices/": "tenants.voices.urls.heard",
    "speak/": "tenants.voices.urls.speak",
    "policy/": "tenants.policy.urls",
    "standing/": "tenants.assessment.urls",
    "returns/": "tenants.reports.urls",
    "rollup/": "tenants.reports.urls.rollup",
    "documents/": "tenants.reports.urls.documents",
    "jobs/": "dispatch.urls",
    "api/v1/": "api.urls",
}
urlpatterns = [
    path("readyz", views.ready, name="ready"),
    path("", include("accounts.urls_tenant")),
    path("statement/", include("billing_free.urls")),
    *[path(prefix, include(name)) for prefix, name in _APPS.items() if find_spec(name)],
    *([path("", include("tenants.desk.urls"))] if find_spec("tenants.desk.urls") else []),
]
handler404 = "core.web.not_found"
handler500 = "core.web.server_error"
