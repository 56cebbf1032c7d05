import {
  to = offboard_role_assignments.jane
  id = "okta/jane@acme.com"
}
