import {
  to = offboard_legal_hold.omar
  id = "google/omar@acme.com/Dispute with a supplier"
}
