import {
  to = offboard_account.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
