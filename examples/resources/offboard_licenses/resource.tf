# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_licenses.jane
  id = "google/jane@acme.com"
}

resource "offboard_licenses" "jane" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
}
