resource "offboard_account" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true
}

resource "offboard_keys" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true
  tolerate   = { "00T1" = "2026-12-01T00:00:00Z" }
}

resource "offboard_attestation" "jane_badge" {
  person      = "jane@acme.com"
  application = "Badge system"
  owner       = "facilities@acme.com"
  statement   = "The badge is blocked and was handed in."
}

resource "offboard_case" "jane" {
  person       = "jane@acme.com"
  requested_at = "2026-11-20T08:00:00Z"
  approved_by  = "victor@acme.com"
  approved_at  = "2026-11-20T08:30:00Z"
  reference    = "https://github.com/acme/exits/pull/12"
  sla          = "24h"
  successor    = "maria@acme.com"
  systems      = ["okta", "google"]

  # What no API can tell, somebody says.
  attestations = { badge = offboard_attestation.jane_badge }

  # What somebody accepts for a while: one thing that is outstanding, or a kind that nobody has to look at.
  exceptions = {
    "okta/keys/00T1" = {
      owner  = "tomas@acme.com"
      reason = "the nightly backup uses it until it has a key of its own"
      until  = "2026-12-01T00:00:00Z"
    }
    "google/received_delegations" = {
      owner  = "security@acme.com"
      reason = "asking everybody takes an hour, and is done once a quarter"
      until  = "2027-01-01T00:00:00Z"
    }
  }

  # It comes after everything that takes something away from her.
  depends_on = [offboard_account.jane, offboard_keys.jane]
}

# The evidence, for the ticket: terraform output -raw jane_evidence > jane.json
output "jane_evidence" {
  value     = offboard_case.jane.bundle
  sensitive = true
}

# The nightly plan says in words what its exit code says too.
check "jane_is_gone" {
  assert {
    condition     = offboard_case.jane.closed_at != null
    error_message = "The case of jane@acme.com is open."
  }
}
