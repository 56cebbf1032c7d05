import {
  to = offboard_account.jane
  id = "okta/jane@acme.com"
}
