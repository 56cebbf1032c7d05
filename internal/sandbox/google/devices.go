package google

import (
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Devices, which Google shows in three places: the people's own phones in the Directory API, every device with whoever
// uses it in Cloud Identity, and ChromeOS devices in the Directory API again.

const (
	onMobile   = "admin/directory/v1/customer/{customerId}/devices/mobile"
	onChromeOS = "admin/directory/v1/customer/{customerId}/devices/chromeos"
	onDevices  = "v1/devices/{devicesId}"

	mobileActionScope = "admin.directory.device.mobile admin.directory.device.mobile.action"
	readMobileScope   = mobileActionScope + " admin.directory.device.mobile.readonly"
	chromeOSScope     = "admin.directory.device.chromeos"
	readChromeOSScope = chromeOSScope + " admin.directory.device.chromeos.readonly"
	identityScope     = "cloud-identity.devices"
	readIdentityScope = identityScope + " cloud-identity.devices.readonly"
)

// deviceOperations are those on devices.
var deviceOperations = []operation{
	{
		method: "GET", path: onMobile, scopes: readMobileScope, privilege: mobileDevices, most: 100,
		query: "maxResults pageToken projection query", serve: (*call).listMobile,
	},
	{method: "GET", path: onMobile + "/{resourceId}", scopes: readMobileScope, privilege: mobileDevices, query: "projection", serve: (*call).getMobile},
	{method: "POST", path: onMobile + "/{resourceId}/action", scopes: mobileActionScope, privilege: mobileDevices, serve: (*call).actOnMobile},
	{
		method: "GET", path: onChromeOS, scopes: readChromeOSScope, privilege: chromeDevices, most: 300,
		query: "maxResults pageToken projection query", serve: (*call).listChromeOS,
	},
	{method: "GET", path: onChromeOS + "/{deviceId}", scopes: readChromeOSScope, privilege: chromeDevices, query: "projection", serve: (*call).getChromeOS},
	{method: "PATCH", path: onChromeOS + "/{deviceId}", scopes: chromeOSScope, privilege: chromeDevices, query: "projection", serve: (*call).patchChromeOS},

	{method: "GET", path: onDevices, scopes: readIdentityScope, privilege: mobileDevices, query: "customer", serve: (*call).getDevice},
	{
		method: "GET", path: onDevices + "/deviceUsers", scopes: readIdentityScope, privilege: mobileDevices, most: 20,
		query: "customer filter pageSize pageToken", serve: (*call).listDeviceUsers,
	},
	{method: "GET", path: onDevices + "/deviceUsers/{deviceUsersId}", scopes: readIdentityScope, privilege: mobileDevices, query: "customer", serve: (*call).getDeviceUser},
	{
		method: "POST", path: onDevices + "/deviceUsers/{deviceUsersId}", verb: ":wipe", scopes: identityScope, privilege: mobileDevices,
		serve: (*call).wipeDeviceUser,
	},
}

// A device is one that a person uses. ID is what Google calls it in both places where it is shown.
type device struct {
	ID, Serial, Model, Type string
	// Resource is the id of its record in the Directory API, and Name in Cloud Identity.
	Resource, Name string
	Company        bool
	User           string // an id
	State          string
}

// A chromebook is a ChromeOS device, which is the company's.
type chromebook struct{ ID, Serial, Model, AnnotatedUser string }

// The states of a device's user ([DISC] DeviceUser.managementState). Those of a mobile device are in no document; these
// are the same words (a guess).
const (
	approvedState = "APPROVED"
	wipingState   = "WIPING"
	wipedState    = "WIPED"
)

// devicesSeen are the devices as reads show them.
func (c *call) devicesSeen() *state { return c.view("devices") }

// asksFor is the address that a query is for: operators are one, field:value, in all the lists of devices.
func (c *call) asksFor(parameter, operator string) (string, *failure) {
	query := c.query.Get(parameter)
	address, known := strings.CutPrefix(query, operator+":")
	if query != "" && (!known || strings.Contains(address, " ")) {
		return "", unsupported("the query " + query)
	}
	return address, nil
}

func (c *call) listMobile() reply {
	address, failed := c.asksFor("query", "email")
	if failed == nil {
		failed = c.checkCustomer(c.r.PathValue("customerId"))
	}
	if failed != nil {
		return failed.reply()
	}
	rows, s := []object{}, c.devicesSeen()
	for _, d := range sandbox.Sorted(s.Devices) {
		if row := s.mobileRow(d, c.wholeDevice()); !d.Company && row != nil && (address == "" || strings.EqualFold(s.Users[d.User].PrimaryEmail, address)) {
			rows = append(rows, row)
		}
	}
	return c.list("admin#directory#mobiledevices", "mobiledevices", rows, 100)
}

// wholeDevice says that everything of a device was asked for. What the discovery document does not name of the BASIC
// projection is not in it, and that it is the default is a guess.
func (c *call) wholeDevice() bool { return c.query.Get("projection") == "FULL" }

// mobileRow is a device as the Directory API shows it, and nil if its user is gone.
func (s *state) mobileRow(d *device, whole bool) object {
	u := s.Users[d.User]
	if u == nil {
		return nil
	}
	row := object{
		"kind": "admin#directory#mobiledevice", "resourceId": d.Resource, "deviceId": d.ID, "model": d.Model, "type": d.Type, "status": d.State,
	}
	if whole {
		row["serialNumber"], row["email"], row["name"] = d.Serial, []string{u.PrimaryEmail}, []string{u.GivenName + " " + u.FamilyName}
	}
	return tagged(row)
}

func (c *call) mobileAt(s *state) (*device, *failure) {
	for _, d := range sandbox.Sorted(s.Devices) {
		if d.Resource == c.r.PathValue("resourceId") && !d.Company && s.Users[d.User] != nil {
			return d, nil
		}
	}
	return nil, notFound("resourceId")
}

func (c *call) getMobile() reply {
	s := c.devicesSeen()
	d, failed := c.mobileAt(s)
	if failed != nil {
		return failed.reply()
	}
	return ok(s.mobileRow(d, c.wholeDevice()))
}

// actOnMobile: a wipe waits for the device.
func (c *call) actOnMobile() reply {
	d, failed := c.mobileAt(c.state)
	body := struct {
		Action string `json:"action"`
	}{}
	if failed == nil {
		failed = c.decode(&body)
	}
	switch {
	case failed != nil:
		return failed.reply()
	case body.Action != "admin_account_wipe":
		return unsupported("the action " + body.Action).reply()
	}
	d.State = wipingState
	c.wrote("devices")
	return noContent()
}

func (c *call) listChromeOS() reply {
	address, failed := c.asksFor("query", "user")
	if failed == nil {
		failed = c.checkCustomer(c.r.PathValue("customerId"))
	}
	if failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, d := range sandbox.Sorted(c.devicesSeen().Chromebooks) {
		if address == "" || strings.EqualFold(d.AnnotatedUser, address) {
			rows = append(rows, d.row(c.wholeDevice()))
		}
	}
	return c.list("admin#directory#chromeosdevices", "chromeosdevices", rows, 100)
}

func (d *chromebook) row(whole bool) object {
	row := object{"kind": "admin#directory#chromeosdevice", "deviceId": d.ID, "serialNumber": d.Serial, "status": "ACTIVE"}
	if whole {
		row["model"] = d.Model
	}
	if d.AnnotatedUser != "" {
		row["annotatedUser"] = d.AnnotatedUser
	}
	return tagged(row)
}

func (c *call) chromebookAt(s *state) (*chromebook, *failure) {
	if d := s.Chromebooks[c.r.PathValue("deviceId")]; d != nil {
		return d, nil
	}
	return nil, notFound("deviceId")
}

func (c *call) getChromeOS() reply {
	d, failed := c.chromebookAt(c.devicesSeen())
	if failed != nil {
		return failed.reply()
	}
	return ok(d.row(c.wholeDevice()))
}

// patchChromeOS leaves alone what it is not given.
func (c *call) patchChromeOS() reply {
	d, failed := c.chromebookAt(c.state)
	body := struct {
		AnnotatedUser *string `json:"annotatedUser"`
	}{}
	if failed == nil {
		failed = c.decode(&body)
	}
	if failed != nil {
		return failed.reply()
	}
	if body.AnnotatedUser != nil {
		d.AnnotatedUser = *body.AnnotatedUser
		c.wrote("devices")
	}
	return ok(d.row(c.wholeDevice()))
}

// checkOurselves: Cloud Identity has another name for the customer.
func (c *call) checkOurselves(name string) *failure {
	if rest, known := strings.CutPrefix(name, "customers/"); name == "" || known && c.checkCustomer(rest) == nil {
		return nil
	}
	f := fail(http.StatusBadRequest, "", "")
	f.modern("INVALID_ARGUMENT", "Request contains an invalid argument.")
	return f
}

func noSuchDevice() *failure {
	f := fail(http.StatusNotFound, "", "")
	f.modern("NOT_FOUND", "Requested entity was not found.")
	return f
}

func (c *call) listDeviceUsers() reply {
	address, failed := c.asksFor("filter", "email")
	if failed == nil {
		failed = c.checkOurselves(c.query.Get("customer"))
	}
	if failed != nil {
		return failed.reply()
	}
	rows, s := []object{}, c.devicesSeen()
	for _, d := range sandbox.Sorted(s.Devices) {
		if row := s.deviceUserRow(d); row != nil && (address == "" || strings.EqualFold(s.Users[d.User].PrimaryEmail, address)) &&
			slices.Contains([]string{"-", d.Name}, c.r.PathValue("devicesId")) {
			rows = append(rows, row)
		}
	}
	// At most 5 if not asked for more, and never more than 20 ([DISC]).
	page, next, failed := c.page(rows, 5)
	if failed != nil {
		return failed.reply()
	}
	body := object{}
	if len(page) > 0 {
		body["deviceUsers"] = page
	}
	if next != "" {
		body["nextPageToken"] = next
	}
	return ok(body)
}

func (d *device) userName() string {
	return "devices/" + d.Name + "/deviceUsers/" + letters(12, "device user", d.Name, d.User)
}

func (s *state) deviceUserRow(d *device) object {
	u := s.Users[d.User]
	if u == nil {
		return nil
	}
	return object{"name": d.userName(), "userEmail": u.PrimaryEmail, "managementState": d.State}
}

func (c *call) getDevice() reply {
	if failed := c.checkOurselves(c.query.Get("customer")); failed != nil {
		return failed.reply()
	}
	for _, d := range sandbox.Sorted(c.devicesSeen().Devices) {
		if d.Name == c.r.PathValue("devicesId") {
			row := object{"name": "devices/" + d.Name, "deviceId": d.ID, "serialNumber": d.Serial, "model": d.Model, "deviceType": d.Type, "ownerType": "BYOD"}
			if d.Company {
				row["ownerType"] = "COMPANY"
			}
			return ok(row)
		}
	}
	return noSuchDevice().reply()
}

// deviceUserAt is the device whose user the path names.
func (c *call) deviceUserAt(s *state, verb string) (*device, *failure) {
	for _, d := range sandbox.Sorted(s.Devices) {
		if d.userName()+verb == "devices/"+c.r.PathValue("devicesId")+"/deviceUsers/"+c.r.PathValue("deviceUsersId") && s.Users[d.User] != nil {
			return d, nil
		}
	}
	return nil, noSuchDevice()
}

func (c *call) getDeviceUser() reply {
	s := c.devicesSeen()
	d, failed := c.deviceUserAt(s, "")
	if failed == nil {
		failed = c.checkOurselves(c.query.Get("customer"))
	}
	if failed != nil {
		return failed.reply()
	}
	return ok(s.deviceUserRow(d))
}

// wipeDeviceUser begins to wipe the account; the device does it when it is next in touch.
func (c *call) wipeDeviceUser() reply {
	d, failed := c.deviceUserAt(c.state, c.op.verb)
	body := struct {
		Customer string `json:"customer"`
	}{}
	if failed == nil {
		failed = c.decode(&body)
	}
	if failed == nil {
		failed = c.checkOurselves(body.Customer)
	}
	if failed != nil {
		return failed.reply()
	}
	d.State = wipingState
	c.wrote("devices")
	return ok(object{"name": "operations/" + letters(16, "wipe", d.Name, d.User), "done": false})
}
