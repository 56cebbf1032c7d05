package okta

import (
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

func (c *call) deviceRow(d *device) object {
	path := "/api/v1/devices/" + d.ID
	return object{
		"id": d.ID, "status": d.Status, "created": timestamp(d.Created), "lastUpdated": timestamp(d.LastUpdated),
		"profile": object{
			"displayName": d.Name, "platform": d.Platform, "manufacturer": d.Manufacturer, "model": d.Model,
			"osVersion": d.OSVersion, "serialNumber": d.Serial, "registered": true, "secureHardwarePresent": true,
		},
		"resourceId": d.ID, "resourceType": "UDDevice",
		"resourceDisplayName": object{"value": d.Name, "sensitive": false},
		"_links": object{
			"self": c.link(path), "users": c.link(path + "/users"),
			"suspend":    c.link(path + "/lifecycle/suspend"),
			"deactivate": c.link(path + "/lifecycle/deactivate"),
		},
	}
}

func (c *call) listUserDevices() reply {
	devices := slices.DeleteFunc(sandbox.Sorted(c.state.Devices), func(d *device) bool {
		_, linked := d.Users[c.user.ID]
		return !linked
	})
	return whole(entries(devices, func(d *device) string { return d.ID }, func(d *device) object {
		link := d.Users[c.user.ID]
		return object{"created": timestamp(link.Created), "deviceUserId": link.ID, "device": c.deviceRow(d)}
	}))
}

func (c *call) getDevice() reply { return ok(c.deviceRow(c.device)) }

// listDeviceUsers has everybody on a device: deactivating it is felt by them all (okta.md section 11).
func (c *call) listDeviceUsers() reply {
	users := slices.DeleteFunc(sandbox.Sorted(c.state.Users), func(u *user) bool {
		_, linked := c.device.Users[u.ID]
		return !linked || !c.sees("okta.users.read", u)
	})
	return whole(entries(users, func(u *user) string { return u.ID }, func(u *user) object {
		link := c.device.Users[u.ID]
		return object{
			"created": timestamp(link.Created), "managementStatus": link.Management, "screenLockType": link.ScreenLock,
			"user": c.userRow(u),
		}
	}))
}

// Lifecycle operations on devices are idempotent (okta.md section 1), but a deactivated one does not come back
// by being suspended.
func (c *call) suspendDevice() reply {
	if c.device.Status == deactivated {
		return wrongDeviceStatus().reply()
	}
	c.device.Status, c.device.LastUpdated = suspended, c.now
	return noContent()
}

// deactivateDevice drops every link to a person, and the Okta Verify factors that live on the device.
func (c *call) deactivateDevice() reply {
	for userID := range c.device.Users {
		if u, ok := c.state.Users[userID]; ok {
			u.Factors = slices.DeleteFunc(u.Factors, func(f factor) bool { return f.Device == c.device.ID })
		}
	}
	clear(c.device.Users)
	c.device.Status, c.device.LastUpdated = deactivated, c.now
	return noContent()
}

// deleteDevice: "Attempts to delete a device that isn't in a DEACTIVATED state raise an error" (Okta's document).
func (c *call) deleteDevice() reply {
	if c.device.Status != deactivated {
		return wrongDeviceStatus().reply()
	}
	delete(c.state.Devices, c.device.ID)
	return noContent()
}
