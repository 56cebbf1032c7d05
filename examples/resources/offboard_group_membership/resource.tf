# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_group_membership.jane
  id = "okta/jane@acme.com"
}

resource "offboard_group_membership" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true

  # A known exception, until the audit is over.
  tolerate = {
    "00g1emaKYZTWRYYRRTSK" = "2026-12-31T00:00:00Z"
  }
}
