import {
  to = offboard_dashboard_ownership.jane
  identity = {
    system = "google"
    person = "jane@acme.com"
  }
}
