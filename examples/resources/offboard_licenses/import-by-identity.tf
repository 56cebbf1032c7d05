import {
  to = offboard_licenses.jane
  identity = {
    system = "google"
    person = "jane@acme.com"
  }
}
