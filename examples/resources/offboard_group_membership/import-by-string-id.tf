import {
  to = offboard_group_membership.jane
  id = "okta/jane@acme.com"
}
