# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_received_delegations.jane
  id = "google/jane@acme.com"
}

resource "offboard_received_delegations" "jane" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
}
