import {
  to = offboard_received_delegations.jane
  identity = {
    system = "google"
    person = "jane@acme.com"
  }
}
