import {
  to = offboard_received_delegations.jane
  id = "google/jane@acme.com"
}
