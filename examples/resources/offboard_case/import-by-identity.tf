import {
  to = offboard_case.jane
  identity = {
    person = "jane@acme.com"
  }
}
