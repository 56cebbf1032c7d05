import {
  to = offboard_case.jane
  id = "jane@acme.com"
}
