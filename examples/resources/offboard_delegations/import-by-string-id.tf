import {
  to = offboard_delegations.jane
  id = "okta/jane@acme.com"
}
