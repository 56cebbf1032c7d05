import {
  to = offboard_legal_hold.omar
  identity = {
    system = "google"
    person = "omar@acme.com"
    matter = "Dispute with a supplier"
  }
}
