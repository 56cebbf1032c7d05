import {
  to = offboard_calendar_ownership.jane
  identity = {
    system = "google"
    person = "jane@acme.com"
  }
}
