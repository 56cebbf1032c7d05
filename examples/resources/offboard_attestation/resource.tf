resource "offboard_attestation" "jane_badge" {
  person      = "jane@acme.com"
  application = "Badge system"
  owner       = "facilities@acme.com"
  statement   = "The badge is blocked and was handed in."

  # Set in a change of their own, when somebody has looked. Until then the case stays open.
  attested_by = "omar@acme.com"
  attested_at = "2026-11-20T08:45:00Z"
  reference   = "FAC-1182"
}

# An attestation that has to be renewed: when it has expired the case is open again.
resource "offboard_attestation" "jane_laptop" {
  person      = "jane@acme.com"
  application = "Laptop"
  owner       = "it@acme.com"
  statement   = "The laptop is in the store room, and was wiped."
  attested_by = "lena@acme.com"
  attested_at = "2026-11-20T09:10:00Z"
  expires_at  = "2027-05-20T00:00:00Z"
}
