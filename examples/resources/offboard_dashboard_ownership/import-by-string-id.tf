import {
  to = offboard_dashboard_ownership.jane
  id = "google/jane@acme.com"
}
