# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_group_ownership.jane
  id = "okta/jane@acme.com"
}

resource "offboard_group_ownership" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
}

# In Google the successor becomes an owner first; the membership is a resource of its own, and goes after that.
resource "offboard_group_ownership" "jane_in_google" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
}

resource "offboard_group_membership" "jane_in_google" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true

  depends_on = [offboard_group_ownership.jane_in_google]
}
