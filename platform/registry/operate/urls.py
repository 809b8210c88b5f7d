"""On the bare host, below /operate/."""

from django.urls import path

from registry.operate import domains, ending, views, watching

app_name = "operate"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("committees/<slug:code>/", views.committee, name="committee"),
    path("committees/<slug:code>/suspend/", views.state, {"step": "suspend"}, name="suspend"),
    path("committees/<slug:code>/resume/", views.state, {"step": "resume"}, name="resume"),
    path("committees/<slug:code>/archive/", ending.archive, name="archive"),
    path("committees/<slug:code>/unarchive/", ending.unarchive, name="unarchive"),
    path("committees/<slug:code>/delete/", ending.delete, name="delete"),
    path("committees/<slug:code>/domains/", domains.index, name="domains"),
    path("committees/<slug:code>/domains/prove/", domains.prove, name="prove_domain"),
    path("committees/<slug:code>/domains/release/", domains.release, name="release_domain"),
    path("migration/", watching.migration, name="migration"),
    path("trail/", watching.trail, name="trail"),
    path("trail/<uuid:id>/certificate.json", ending.certificate, name="certificate"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:id>/", views.job, name="job"),
    path("health/", views.health, name="health"),
]
