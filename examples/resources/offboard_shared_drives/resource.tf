# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_shared_drives.jane
  id = "google/jane@acme.com"
}

resource "offboard_shared_drives" "jane" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
}
