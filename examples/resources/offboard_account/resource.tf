# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_account.jane
  id = "okta/jane@acme.com"
}

resource "offboard_account" "jane" {
  system      = "okta"
  person      = "jane@acme.com"
  terminated  = true
  disposition = "deactivate"
}

# In Google an account is suspended, archived or deleted. Backup codes and 2-step verification go only while it is active.
resource "offboard_account" "jane_in_google" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true

  depends_on = [offboard_authenticators.jane_in_google]
}

resource "offboard_authenticators" "jane_in_google" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
}
