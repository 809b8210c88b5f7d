from django.urls import path

from tenants.desk.views import almanac, home, inbox, reminders, search, trail

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/read/", inbox.read_all, name="read_all"),
    path("inbox/<uuid:id>/open/", inbox.open_notice, name="open"),
    path("inbox/<uuid:id>/read/", inbox.read, name="read"),
    path("search/", search.search, name="search"),
    path("calendar/", almanac.index, name="calendar"),
    path("reminders/", reminders.index, name="reminders"),
    path("reminders/plan/", reminders.plan, name="reminder_plan"),
    path("audit/", trail.audit, name="audit"),
]
