"""Pages of activities, of calling members to them, of topics and of the calendar."""
