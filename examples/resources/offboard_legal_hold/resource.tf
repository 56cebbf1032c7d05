# Mail, Drive and Chat, in a matter of the person's own. It is placed by the apply that creates it.
resource "offboard_legal_hold" "jane" {
  system = "google"
  person = "jane@acme.com"

  # released = true is the one change that ends the hold, and shows its rows going.

  lifecycle {
    prevent_destroy = true # destroying would not end the hold either, but nobody would watch it any more
  }
}

# Mail and files only, in a matter that there is.
resource "offboard_legal_hold" "omar" {
  system = "google"
  person = "omar@acme.com"
  matter = "Dispute with a supplier"
  data   = ["mail", "drive"]
}

# An exit in the same apply waits for the hold (depends_on), and then stops at it: what is on hold is neither transferred
# nor deleted nor unlicensed, and the error names the matter. Say until when that is known.
resource "offboard_drive_ownership" "jane" {
  system     = "google"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
  tolerate   = { my_drive = "2027-06-30T00:00:00Z" }

  depends_on = [offboard_legal_hold.jane]
}
