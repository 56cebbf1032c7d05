package google

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/cloudidentity/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Devices are what the account's data is on: the person's own phones and tablets, and whatever else the account is used
// on; and the ChromeOS devices that are noted as theirs.
//
// From the former the account's data is wiped, and nothing else: never a whole device (admin_remote_wipe). It is done
// once the device is in touch again, which may be never, and so is acknowledged until Google says that it is done. A
// ChromeOS device is the company's, and is released.
//
// They count in every state of the account: its data is on the device all the same.
func Devices(g *Google) access.Connector { return devices{g} }

type devices struct{ *Google }

var _ access.Rechecker = devices{}

// Devices, with their scopes by the discovery documents and the names of the privileges of the Admin console.
var (
	mobile = thing{
		name: "mobile devices", read: "admin.directory.device.mobile.readonly", manage: "admin.directory.device.mobile.action",
		privilege: "Mobile Device Management", byUnit: true,
	}
	deviceUsers = thing{
		name: "devices", api: "Cloud Identity API", read: "cloud-identity.devices.readonly", manage: "cloud-identity.devices",
		privilege: "Mobile Device Management", byUnit: true,
	}
	chromeOS = thing{
		name: "ChromeOS devices", read: "admin.directory.device.chromeos.readonly", manage: "admin.directory.device.chromeos",
		privilege: "Chrome Management", byUnit: true,
	}
)

// What the ids of grants begin with. That of a device's user is Google's own name for it: devices/X/deviceUsers/Y.
const (
	mobilePrefix     = "mobile/"
	deviceUserPrefix = "devices/"
	chromeOSPrefix   = "chromeos/"
)

// ourselves is how Cloud Identity calls the customer of whoever asks.
const ourselves = "customers/" + myCustomer

// whole asks for a device with everything that is known of it. The other projection, BASIC, need not have a mobile
// device's owner or serial number, by the discovery document, and which of the two is the default no page says.
const whole = "FULL"

// wiping is the version of a device from which the account's data is being wiped. One that is approved again, or
// enrolled anew, has another, and is a row again.
const wiping = "wiping"

// List puts together three lists, of which Google has no other way to ask than by a search. A device that is in the
// first two is one grant.
func (c devices) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	phones, err := c.mobile(ctx, u)
	if err != nil {
		return nil, err
	}
	var known []*admin.MobileDevice
	for _, phone := range phones {
		if g := phoneGrant(u, phone); g != nil {
			known = append(known, phone)
			grants = append(grants, *g)
		}
	}
	used, err := c.used(ctx, u, known)
	if err != nil {
		return nil, err
	}
	released, err := c.chromeOS(ctx, u)
	return slices.Concat(grants, used, released), err
}

// Recheck reads the devices themselves, each by its id: what a search finds may be of an hour ago.
func (c devices) Recheck(ctx context.Context, account access.AccountID, ids []access.GrantID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	// That one is not found counts as little as that it is not in a list.
	if err := c.sees(ctx, mobile); err != nil {
		return nil, err
	}
	for _, id := range ids {
		g, err := c.recheck(ctx, u, string(id))
		if system.IgnoreNotFound(err) != nil {
			return nil, err
		}
		if err == nil && g != nil {
			grants = append(grants, *g)
		}
	}
	return grants, nil
}

// recheck is what is left of one grant, and nil if nothing is.
func (c devices) recheck(ctx context.Context, u *admin.User, id string) (*access.Grant, error) {
	switch {
	case strings.HasPrefix(id, mobilePrefix):
		d, err := c.phone(ctx, u, strings.TrimPrefix(id, mobilePrefix))
		if err != nil || d == nil {
			return nil, err
		}
		return phoneGrant(u, d), nil
	case strings.HasPrefix(id, deviceUserPrefix):
		used, err := c.deviceUser(ctx, u, id)
		if err != nil || used == nil {
			return nil, err
		}
		return c.userGrant(ctx, u, reading(deviceUsers, "read the device user %s", id), used, nil)
	case strings.HasPrefix(id, chromeOSPrefix):
		d, err := c.chromebook(ctx, u, strings.TrimPrefix(id, chromeOSPrefix))
		if err != nil || d == nil {
			return nil, err
		}
		return chromeOSGrant(u, d), nil
	}
	return nil, ctx.Err()
}

// phoneGrant is a device of the person's own, and nil for one from which the account is wiped.
func phoneGrant(u *admin.User, d *admin.MobileDevice) *access.Grant {
	state := strings.ToLower(system.OneLine(d.Status))
	if isWiped(state) {
		return nil
	}
	g := wipeable(mobilePrefix+d.ResourceId, cmp.Or(d.Model, d.ResourceId), "their own, "+cmp.Or(d.Type, "mobile"), state)
	return doubted(u, &g, d.Email...)
}

// wipeable is a grant of a device from which the account's data can be wiped.
func wipeable(id, model, what, state string) access.Grant {
	g := access.Grant{
		ID: access.GrantID(id), Label: fmt.Sprintf("%s (%s, %s)", system.OneLine(model), system.OneLine(strings.ToLower(what)), cmp.Or(state, "in an unknown state")),
		Note: "The account and its data are wiped from the device when that is next in touch. What is private on it is not touched.",
	}
	if isWiping(state) {
		g.Version = wiping
	}
	return g
}

// isWiped and isWiping read the state of a device's user, which the discovery document lists, or of a mobile device, which
// no page lists: account_wiped can be searched for
// (https://developers.google.com/workspace/admin/directory/v1/search-operators), and the others are taken to be alike. A
// state in other words, such as that a wipe failed, is none of the two: the row stays, and the wipe is asked for again.
func isWiped(state string) bool {
	return slices.Contains([]string{"wiped", "account_wiped", "account wiped"}, strings.ToLower(state))
}

func isWiping(state string) bool {
	state = strings.ToLower(state)
	return strings.Contains(state, "wiping") || strings.Contains(state, "wipe") && strings.Contains(state, "pending")
}

// mobile are the devices that are the person's own.
// GET /admin/directory/v1/customer/{customer}/devices/mobile?query=email:{address}, scope
// admin.directory.device.mobile.readonly.
func (c devices) mobile(ctx context.Context, u *admin.User) ([]*admin.MobileDevice, error) {
	call := reading(mobile, "list the mobile devices of %s", name(u))
	found, err := search(u, func(address string) ([]*admin.MobileDevice, error) {
		return list(ctx, c.Google, call, func(ctx context.Context, token string) (page[admin.MobileDevice], error) {
			answer, err := c.directory.Mobiledevices.List(c.customer()).Query("email:" + address).Projection(whole).MaxResults(100).
				PageToken(token).Context(ctx).Do()
			if err != nil {
				return page[admin.MobileDevice]{}, err
			}
			// Google's page on these devices has their kind without the first part, and the discovery document with it.
			return page[admin.MobileDevice]{answer.Mobiledevices, "admin#" + strings.TrimPrefix(answer.Kind, "admin#"), answer.NextPageToken}, nil
		})
	}, func(d *admin.MobileDevice) string { return d.ResourceId })
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		if d.ResourceId == "" || len(d.Email) == 0 {
			return nil, malformed(call, "a device without an id or an owner")
		}
	}
	// The query is one in words, and finds more.
	return slices.DeleteFunc(found, func(d *admin.MobileDevice) bool { return whose(u, d.Email...) == others }), nil
}

type deviceUser = cloudidentity.GoogleAppsCloudidentityDevicesV1DeviceUser

type device = cloudidentity.GoogleAppsCloudidentityDevicesV1Device

// noSerial is what Android says for a serial number that it does not tell (android.os.Build.UNKNOWN).
const noSerial = "unknown"

// among says that a device is one of the phones that are known already. It is by Google's id of the device, or by model
// and serial number, which alone would make one of devices that tell none. The company's is none of them: only people's
// own devices are in their list.
func among(phones []*admin.MobileDevice, d *device) bool {
	return d.OwnerType != "COMPANY" && slices.ContainsFunc(phones, func(p *admin.MobileDevice) bool {
		serial := d.SerialNumber != "" && d.SerialNumber != noSerial && d.SerialNumber == p.SerialNumber && strings.EqualFold(d.Model, p.Model)
		return serial || d.DeviceId != "" && d.DeviceId == p.DeviceId
	})
}

// used are the devices on which the account is used, less those that are known already.
// GET /v1/devices/-/deviceUsers?filter=email:{address} and /v1/devices/{device}, scope cloud-identity.devices.readonly.
func (c devices) used(ctx context.Context, u *admin.User, known []*admin.MobileDevice) (grants []access.Grant, err error) {
	call := reading(deviceUsers, "list the devices that %s uses", name(u))
	found, err := search(u, func(address string) ([]*deviceUser, error) {
		return list(ctx, c.Google, call, func(ctx context.Context, token string) (page[deviceUser], error) {
			answer, err := c.identity.Devices.DeviceUsers.List("devices/-").Customer(ourselves).Filter("email:" + address).PageSize(20).
				PageToken(token).Context(withShape(ctx, "deviceUsers", "nextPageToken")).Do()
			if err != nil {
				return page[deviceUser]{}, err
			}
			return page[deviceUser]{answer.DeviceUsers, shaped, answer.NextPageToken}, nil
		})
	}, func(f *deviceUser) string { return f.Name })
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		at, _, isUser := strings.Cut(f.Name, "/deviceUsers/")
		if !isUser || !strings.HasPrefix(at, deviceUserPrefix) {
			return nil, malformed(call, "a user of no device")
		}
		if f.UserEmail == "" {
			return nil, malformed(call, "a device's user who is nobody")
		}
		if whose(u, f.UserEmail) == others {
			continue
		}
		g, err := c.userGrant(ctx, u, call, f, known)
		if err != nil {
			return nil, err
		}
		if g != nil {
			grants = append(grants, *g)
		}
	}
	return grants, nil
}

// userGrant is a device on which the account is used, and nil for one that is known already, or from which the account
// is wiped.
func (c devices) userGrant(ctx context.Context, u *admin.User, call op, used *deviceUser, known []*admin.MobileDevice) (*access.Grant, error) {
	if isWiped(used.ManagementState) {
		return nil, nil
	}
	at, _, _ := strings.Cut(used.Name, "/deviceUsers/")
	d, err := do(ctx, c.Google, call, func(ctx context.Context) (*device, error) {
		return c.identity.Devices.Get(at).Customer(ourselves).Context(ctx).Do()
	})
	if access.KindOf(err) == access.NotFound {
		// That the device is not found is no word on its user, whose name is all that is known then.
		d, err = &device{Name: at}, nil
	}
	switch {
	case err != nil:
		return nil, err
	case d.Name != at:
		return nil, malformed(call, "another device than the one that was asked for")
	case among(known, d):
		return nil, nil
	}
	what := map[string]string{"COMPANY": "the company's", "BYOD": "their own"}[d.OwnerType]
	g := wipeable(used.Name, cmp.Or(d.Model, d.Hostname, at), cmp.Or(what, "nobody's in particular")+", "+cmp.Or(d.DeviceType, "of an unknown type"),
		strings.ToLower(used.ManagementState))
	// "This user's data and profile is removed from the device", the discovery document says of WIPED.
	g.Note = "The account, its data and its profile are wiped from the device when that is next in touch, and with them what is kept there and nowhere " +
		"else, such as the files of a profile in Windows. What is not the account's is not touched."
	return doubted(u, &g, used.UserEmail), nil
}

// chromeOS are the devices that an administrator has noted as the person's.
// GET /admin/directory/v1/customer/{customer}/devices/chromeos?query=user:{address}, scope
// admin.directory.device.chromeos.readonly.
func (c devices) chromeOS(ctx context.Context, u *admin.User) (grants []access.Grant, err error) {
	call := reading(chromeOS, "list the ChromeOS devices of %s", name(u))
	found, err := search(u, func(address string) ([]*admin.ChromeOsDevice, error) {
		return list(ctx, c.Google, call, func(ctx context.Context, token string) (page[admin.ChromeOsDevice], error) {
			answer, err := c.directory.Chromeosdevices.List(c.customer()).Query("user:" + address).Projection(whole).MaxResults(300).
				PageToken(token).Context(ctx).Do()
			if err != nil {
				return page[admin.ChromeOsDevice]{}, err
			}
			return page[admin.ChromeOsDevice]{answer.Chromeosdevices, "admin#" + strings.TrimPrefix(answer.Kind, "admin#"), answer.NextPageToken}, nil
		})
	}, func(d *admin.ChromeOsDevice) string { return d.DeviceId })
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		switch {
		case d.DeviceId == "":
			return nil, malformed(call, "a device without an id")
		case whose(u, d.AnnotatedUser) == others:
			continue
		}
		grants = append(grants, *chromeOSGrant(u, d))
	}
	return grants, nil
}

func chromeOSGrant(u *admin.User, d *admin.ChromeOsDevice) *access.Grant {
	return doubted(u, &access.Grant{
		ID:    access.GrantID(chromeOSPrefix + d.DeviceId),
		Label: fmt.Sprintf("%s (ChromeOS, serial number %s)", system.OneLine(cmp.Or(d.Model, "a device")), system.OneLine(cmp.Or(d.SerialNumber, "unknown"))),
		Note:  "The device is the company's: it is no longer noted as theirs, and stays enrolled. What is on it is not touched.",
	}, d.AnnotatedUser)
}

// Remove wipes the account from a device, or releases the device.
func (c devices) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	id := string(grant)
	switch {
	case strings.HasPrefix(id, mobilePrefix):
		return asked, c.wipeMobile(ctx, u, strings.TrimPrefix(id, mobilePrefix))
	case strings.HasPrefix(id, deviceUserPrefix):
		return asked, c.wipeUser(ctx, u, id)
	case strings.HasPrefix(id, chromeOSPrefix):
		return gone, c.release(ctx, u, strings.TrimPrefix(id, chromeOSPrefix))
	}
	// A row of a hand in the state: nothing of that name can be there.
	return gone, ctx.Err()
}

// asked is the receipt for a wipe. It is not known to be done until Google no longer has the data on the device.
var asked = access.Receipt{Assurance: access.Acknowledged, Version: wiping, Lingers: &access.Error{
	Kind:   access.Blocked,
	Reason: "Google has been asked to wipe the account from the device, and does not say that it is doing so",
	Fix:    "Plan again in some minutes. A device that is never in touch again is not wiped: look at it in the Admin console (Devices).",
}}

// phone reads one device of the person's own, and returns nil if it is somebody else's by now.
// GET /admin/directory/v1/customer/{customer}/devices/mobile/{id}.
func (c devices) phone(ctx context.Context, u *admin.User, id string) (*admin.MobileDevice, error) {
	call := reading(mobile, "read the mobile device %s", id)
	d, err := do(ctx, c.Google, call, func(ctx context.Context) (*admin.MobileDevice, error) {
		return c.directory.Mobiledevices.Get(c.customer(), id).Projection(whole).Context(ctx).Do()
	})
	switch {
	case err != nil:
		return nil, err
	case d.ResourceId != id || len(d.Email) == 0:
		return nil, malformed(call, "another device than the one that was asked for, or nobody's")
	case whose(u, d.Email...) == others:
		return nil, nil
	}
	return d, nil
}

// deviceUser reads one use of a device, and returns nil if it is somebody else's.
// GET /v1/devices/{device}/deviceUsers/{user}.
func (c devices) deviceUser(ctx context.Context, u *admin.User, id string) (*deviceUser, error) {
	call := reading(deviceUsers, "read the device user %s", id)
	used, err := do(ctx, c.Google, call, func(ctx context.Context) (*deviceUser, error) {
		return c.identity.Devices.DeviceUsers.Get(id).Customer(ourselves).Context(ctx).Do()
	})
	switch {
	case err != nil:
		return nil, err
	case used.Name != id || used.UserEmail == "":
		return nil, malformed(call, "another device than the one that was asked for, or nobody's")
	case whose(u, used.UserEmail) == others:
		return nil, nil
	}
	return used, nil
}

// chromebook reads one ChromeOS device, and returns nil if it is not noted as the person's.
// GET /admin/directory/v1/customer/{customer}/devices/chromeos/{id}.
func (c devices) chromebook(ctx context.Context, u *admin.User, id string) (*admin.ChromeOsDevice, error) {
	call := reading(chromeOS, "read the ChromeOS device %s", id)
	d, err := do(ctx, c.Google, call, func(ctx context.Context) (*admin.ChromeOsDevice, error) {
		return c.directory.Chromeosdevices.Get(c.customer(), id).Projection(whole).Context(ctx).Do()
	})
	switch {
	case err != nil:
		return nil, err
	case d.DeviceId != id:
		return nil, malformed(call, "another device than the one that was asked for")
	case whose(u, d.AnnotatedUser) == others:
		return nil, nil
	}
	return d, nil
}

// wipeMobile wipes the account, and no more, from the person's own device, unless that is under way.
// POST /admin/directory/v1/customer/{customer}/devices/mobile/{id}/action, scope admin.directory.device.mobile.action.
func (c devices) wipeMobile(ctx context.Context, u *admin.User, id string) error {
	d, err := c.phone(ctx, u, id)
	if err != nil || d == nil || isWiping(d.Status) || isWiped(d.Status) {
		return system.IgnoreNotFound(err)
	}
	if whose(u, d.Email...) == perhaps {
		return onlyPerhaps(u, strings.Join(d.Email, ", "))
	}
	call := managing(mobile, "wipe the account of %s from the mobile device %s", name(u), id)
	return c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.Mobiledevices.Action(c.customer(), id, &admin.MobileDeviceAction{Action: "admin_account_wipe"}).Context(ctx).Do()
	})
}

// wipeUser wipes the account from a device on which it is used, unless that is under way.
// POST /v1/devices/{device}/deviceUsers/{user}:wipe, scope cloud-identity.devices.
func (c devices) wipeUser(ctx context.Context, u *admin.User, id string) error {
	used, err := c.deviceUser(ctx, u, id)
	if err != nil || used == nil || isWiping(used.ManagementState) || isWiped(used.ManagementState) {
		return system.IgnoreNotFound(err)
	}
	if whose(u, used.UserEmail) == perhaps {
		return onlyPerhaps(u, used.UserEmail)
	}
	call := managing(deviceUsers, "wipe the account of %s from the device %s", name(u), id)
	begun, err := do(ctx, c.Google, call, func(ctx context.Context) (*cloudidentity.Operation, error) {
		request := &cloudidentity.GoogleAppsCloudidentityDevicesV1WipeDeviceUserRequest{Customer: ourselves}
		return c.identity.Devices.DeviceUsers.Wipe(id, request).Context(ctx).Do()
	})
	if err == nil && begun.Error != nil {
		err = &access.Error{Kind: access.Blocked, Op: call.what, Reason: "Google began, and could not: " + c.transport.Redact(system.OneLine(begun.Error.Message))}
	}
	return withFix(system.IgnoreNotFound(err), "Where Google can't wipe the account from such a device, block it there in the Admin console (Devices), or take the "+
		"device back.")
}

// release has an administrator's note say that the device is nobody's. An empty note has to be named to be sent.
// PATCH /admin/directory/v1/customer/{customer}/devices/chromeos/{id}, scope admin.directory.device.chromeos.
func (c devices) release(ctx context.Context, u *admin.User, id string) error {
	d, err := c.chromebook(ctx, u, id)
	if err != nil || d == nil {
		return system.IgnoreNotFound(err)
	}
	if whose(u, d.AnnotatedUser) == perhaps {
		return onlyPerhaps(u, d.AnnotatedUser)
	}
	call := managing(chromeOS, "release the ChromeOS device %s", id)
	return c.write(ctx, call, func(ctx context.Context) error {
		change := &admin.ChromeOsDevice{AnnotatedUser: "", ForceSendFields: []string{"AnnotatedUser"}}
		_, err := c.directory.Chromeosdevices.Patch(c.customer(), id, change).Context(ctx).Do()
		return err
	})
}
