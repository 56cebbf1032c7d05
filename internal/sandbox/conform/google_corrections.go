package conform

import "errors"

// correctGoogle puts right what Google's discovery documents have wrong, each time by their own words. A document in
// which it is no longer so fails, so that no correction outlives what it corrects.
func correctGoogle(d *discovery) error {
	for _, m := range d.methods {
		if m.ID != "drive.permissions.create" {
			continue
		}
		// "When creating a permission, if type is user or group, you must provide an emailAddress" (Permission.type), which
		// is marked as read-only.
		address := m.schemas["Permission"].Properties["emailAddress"]
		if address == nil || !address.ReadOnly {
			return errors.New("drive: Permission.emailAddress is not read-only any more")
		}
		address.ReadOnly = false
		return nil
	}
	return errors.New("drive: there is no permissions.create")
}
