package okta

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Devices are the devices the account is enrolled on. Only Okta Identity Engine has them.
func Devices(o *Okta) access.Connector { return devices{o} }

type devices struct{ *Okta }

type device struct {
	ID      access.GrantID `json:"id"`
	Status  string         `json:"status"`
	Profile struct {
		DisplayName string `json:"displayName"`
		Platform    string `json:"platform"`
		Model       string `json:"model"`
	} `json:"profile"`
}

func (d *device) name() string {
	return cmp.Or(d.Profile.DisplayName, d.Profile.Model, string(d.ID))
}

// List leaves out devices that are deactivated, which no longer vouch for anybody.
// GET /api/v1/users/{id}/devices, scope okta.users.read.
func (c devices) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	// Okta documents no 404 for this list: only the account itself can say that it exists.
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	call := reading("users", "list the devices of %s", account)
	enrolled, err := list[struct {
		Device device `json:"device"`
	}](ctx, c.Okta, call, path("/api/v1/users/%s/devices", account))
	if err != nil {
		return nil, err
	}
	for _, e := range enrolled {
		d := e.Device
		switch {
		case d.ID == "":
			return nil, malformed(call, "a device without an id")
		case d.Status == "DEACTIVATED":
			continue
		}
		grants = append(grants, access.Grant{
			ID:    d.ID,
			Label: fmt.Sprintf("%s (%s)", d.name(), strings.ToLower(cmp.Or(d.Profile.Platform, "unknown platform"))),
			Note: "Okta deactivates the device for everybody: nobody signs in with it until an administrator activates it again. What is on it " +
				"is not touched.",
		})
	}
	return grants, nil
}

// Remove deactivates the device, which drops its links to people and the keys of Okta Verify on it. It
// deletes nothing and does not touch what is on the device. A device that others use too is left alone:
// deactivating it would sign them out of it.
// POST /api/v1/devices/{id}/lifecycle/deactivate, scope okta.devices.manage.
func (c devices) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	users, err := list[struct {
		User user `json:"user"`
	}](ctx, c.Okta, reading("devices", "list who uses the device %s", grant), path("/api/v1/devices/%s/users", grant))
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	var others []string
	mine := false
	for _, u := range users {
		if u.User.ID == account {
			mine = true
		} else {
			others = append(others, u.User.name())
		}
	}
	call := managing("devices", "deactivate the device %s of %s", grant, account)
	switch {
	case !mine:
		return gone, nil
	case len(others) > 0:
		slices.Sort(others)
		return access.Receipt{}, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: "it is also used by " + strings.Join(others, ", ") + ", and Okta can only deactivate it for all",
			Fix: "Have the device wiped or enrolled anew without this person, or tolerate the row until that is done.",
		}
	}
	return gone, c.write(ctx, call, http.MethodPost, path("/api/v1/devices/%s/lifecycle/deactivate", grant))
}
