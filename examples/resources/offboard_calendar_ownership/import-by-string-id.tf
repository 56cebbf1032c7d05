import {
  to = offboard_calendar_ownership.jane
  id = "google/jane@acme.com"
}
