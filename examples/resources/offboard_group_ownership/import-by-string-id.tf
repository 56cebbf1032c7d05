import {
  to = offboard_group_ownership.jane
  id = "okta/jane@acme.com"
}
