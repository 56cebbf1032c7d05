import {
  to = offboard_app_assignments.jane
  id = "okta/jane@acme.com"
}
