"""On the bare host, below /operate/."""

from django.urls import path

from registry.operate import views

app_name = "operate"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("committees/<slug:code>/", views.committee, name="committee"),
    path("committees/<slug:code>/suspend/", views.state, {"step": "suspend"}, name="suspend"),
    path("committees/<slug:code>/resume/", views.state, {"step": "resume"}, name="resume"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:id>/", views.job, name="job"),
    path("health/", views.health, name="health"),
]
