import {
  to = offboard_licenses.jane
  id = "google/jane@acme.com"
}
