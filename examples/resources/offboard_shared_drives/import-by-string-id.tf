import {
  to = offboard_shared_drives.jane
  id = "google/jane@acme.com"
}
