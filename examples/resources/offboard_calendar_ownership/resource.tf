# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_calendar_ownership.jane
  id = "google/jane@acme.com"
}

resource "offboard_calendar_ownership" "jane" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
}
