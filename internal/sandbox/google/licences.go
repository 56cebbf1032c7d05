package google

import (
	"net/http"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	onProduct     = "apps/licensing/v1/product/{productId}"
	onAssignment  = onProduct + "/sku/{skuId}/user/{userId}"
	licencesScope = "apps.licensing"
)

// licenceOperations are those of the License Manager API.
var licenceOperations = []operation{
	{
		method: "GET", path: onProduct + "/users", scopes: licencesScope, most: 1000, each: time.Second,
		query: "customerId maxResults pageToken", serve: (*call).listLicences,
	},
	{method: "GET", path: onAssignment, scopes: licencesScope, each: time.Second, serve: (*call).getLicence},
	{method: "DELETE", path: onAssignment, scopes: licencesScope, each: time.Second, serve: (*call).deleteLicence},
	{method: "PATCH", path: onAssignment, scopes: licencesScope, each: time.Second, serve: (*call).patchLicence},
}

// The privileges for licences, of which the first has the second ([GAM] wiki Administrators).
const (
	manageLicences = "LICENSING"
	readLicences   = "LICENSING_READ"
)

// licenceState is who has which licence: a product has one SKU a person
// (https://developers.google.com/workspace/admin/licensing/v1/how-tos/using).
type licenceState struct {
	// Licences are SKUs, by the product and by the id of the person.
	Licences map[string]map[string]string
	// Automatic are the products that are assigned to everybody by the organizational unit.
	Automatic []string
	// Asked is when the API was last asked.
	Asked time.Time `json:",omitzero"`
}

// The products, by google.md section 13, and the SKUs of those that are sold here.
const (
	Workspace    = "Google-Apps"
	Voice        = "101033"
	ArchivedUser = "101034"
	VaultProduct = "Google-Vault"

	BusinessPlus         = "1010020025"
	VoiceStandard        = "1010330002"
	ArchivedBusinessPlus = "1010340003"
)

// Bought are the products that the company has licences of, as the variable of a configuration: to ask for every other
// one takes a second each.
const Bought = `["` + Workspace + `", "` + Voice + `", "` + ArchivedUser + `"]`

// products are what Google sells, with the SKUs that are bought here. The others have no licences.
var products = map[string]struct {
	name string
	skus map[string]string
}{
	Workspace:    {"Google Workspace", map[string]string{BusinessPlus: "Google Workspace Business Plus", "1010020027": "Google Workspace Business Starter"}},
	Voice:        {"Google Voice", map[string]string{VoiceStandard: "Google Voice Standard", "1010330003": "Google Voice Starter"}},
	ArchivedUser: {"Google Workspace Archived User", map[string]string{ArchivedBusinessPlus: "Google Workspace Business Plus - Archived User"}},
	VaultProduct: {name: "Google Vault"}, "101001": {name: "Cloud Identity"}, "101005": {name: "Cloud Identity Premium"}, "101035": {name: "Cloud Search"},
	"101036": {name: "Google Meet Global Dialing"}, "101038": {name: "AppSheet"}, "101039": {name: "Assured Controls"}, "101040": {name: "Chrome Enterprise"},
	"101043": {name: "Additional Storage"}, "101047": {name: "Gemini"}, "101050": {name: "Colab"}, "Google-Chrome-Device-Management": {name: "Chrome Device Management"},
	"Google-Drive-storage": {name: "Google Drive Storage"},
}

// licences give everybody what the company has bought, and some a telephone number.
func (b *builder) licences() {
	for _, u := range b.Users {
		b.license(u, Workspace, BusinessPlus)
		if u.Archived {
			b.archive(u)
		}
	}
	for _, local := range []string{"jane.doe", "omar.haddad", "noah.fischer"} {
		b.license(b.person(local), Voice, VoiceStandard)
	}
}

func (s *state) license(u *user, product, sku string) {
	if s.Licences == nil {
		s.Licences = map[string]map[string]string{}
	}
	if s.Licences[product] == nil {
		s.Licences[product] = map[string]string{}
	}
	s.Licences[product][u.ID] = sku
}

// archive swaps the licence of somebody who is archived; licences of other products stay
// (https://support.google.com/a/answer/9048836, 15739153).
func (s *state) archive(u *user) {
	if s.Licences[Workspace][u.ID] == "" {
		return
	}
	delete(s.Licences[Workspace], u.ID)
	s.license(u, ArchivedUser, ArchivedBusinessPlus)
}

// unarchive gives the licence back.
func (s *state) unarchive(u *user) {
	delete(s.Licences[ArchivedUser], u.ID)
	s.license(u, Workspace, BusinessPlus)
}

// unlicense takes all that somebody has, who is gone.
func (s *state) unlicense(u *user) {
	for _, of := range s.Licences {
		delete(of, u.ID)
	}
}

// preserves says that Vault can hold what a person has: "Without a license, the user is no longer on hold"
// (https://support.google.com/vault/answer/4552977).
func (s *state) preserves(u *user) bool {
	return s.Licences[Workspace][u.ID]+s.Licences[ArchivedUser][u.ID]+s.Licences[VaultProduct][u.ID] != ""
}

// checkPace is the quota of one query a second, beyond which the API answers 503
// (https://developers.google.com/workspace/admin/licensing/v1/limits).
func (c *call) checkPace() *failure {
	if c.op.each == 0 {
		return nil
	}
	if c.now.Sub(c.state.Asked) < c.op.each {
		f := fail(http.StatusServiceUnavailable, "backendError", "Quota exceeded for the current request")
		f.domain = "usageLimits"
		return f
	}
	c.state.Asked = c.now
	return nil
}

// unauthorized is what the API says to whoever lacks the privilege, and to another customer's id than one's own, by
// which my_customer is one too.
func unauthorized() *failure {
	return fail(http.StatusForbidden, "forbidden", "Unauthorized operation for the given domain.")
}

func (c *call) listLicences() reply {
	product := c.r.PathValue("productId")
	switch {
	case !c.may(readLicences, nil), c.query.Get("customerId") != c.state.CustomerID:
		return unauthorized().reply()
	case products[product].name == "":
		return invalid("Invalid product id.").reply()
	}
	rows := []object{}
	for _, u := range sandbox.Sorted(c.state.Users) {
		if sku := c.view(u.ID).Licences[product][u.ID]; sku != "" {
			rows = append(rows, licenceRow(product, sku, u))
		}
	}
	return c.list("licensing#licenseAssignmentList", "items", rows, 100)
}

func licenceRow(product, sku string, u *user) object {
	return object{
		"kind": "licensing#licenseAssignment", "productId": product, "productName": products[product].name, "skuId": sku,
		"skuName": products[product].skus[sku], "userId": u.PrimaryEmail,
	}
}

// licenceAt is the person that the path names, by their primary address and no other, if they have the licence that it
// names. What is not found Google says in the message, or not; of the product and the SKU it is a guess.
func (c *call) licenceAt() (*user, *failure) {
	product, sku, address := c.r.PathValue("productId"), c.r.PathValue("skuId"), c.r.PathValue("userId")
	wanted := readLicences
	if c.op.method != http.MethodGet {
		wanted = manageLicences
	}
	u := c.state.find(address)
	switch {
	case !c.may(wanted, nil):
		return nil, unauthorized()
	case products[product].name == "":
		return nil, notFound("productId")
	case products[product].skus[sku] == "":
		return nil, notFound("skuId")
	case u == nil, !strings.EqualFold(u.PrimaryEmail, address):
		return nil, notFound("userId")
	}
	state := c.state
	if c.op.method == http.MethodGet {
		state = c.view(u.ID)
	}
	if state.Licences[product][u.ID] != sku {
		return nil, fail(http.StatusNotFound, "notFound", "User does not have a license for specified sku and product")
	}
	return u, nil
}

func (c *call) getLicence() reply {
	u, failed := c.licenceAt()
	if failed != nil {
		return failed.reply()
	}
	return ok(licenceRow(c.r.PathValue("productId"), c.r.PathValue("skuId"), u))
}

// deleteLicence takes a licence, and ends a hold with it. That an archived account keeps its licence, and that telephone
// numbers rest on Workspace, is a guess; the words about what is assigned automatically are Google's (GAM-team/GAM#1176).
func (c *call) deleteLicence() reply {
	u, failed := c.licenceAt()
	product := c.r.PathValue("productId")
	switch {
	case failed != nil:
		return failed.reply()
	case product == ArchivedUser && u.Archived:
		return conditionNotMet("License assignment cannot be removed from an archived user.").reply()
	case product == Workspace && c.state.Licences[Voice][u.ID] != "":
		return conditionNotMet("User has dependent licenses.").reply()
	}
	for _, automatic := range c.state.Automatic {
		if automatic == product {
			return conditionNotMet("Auto License un-assignment is not allowed.").reply()
		}
	}
	delete(c.state.Licences[product], u.ID)
	c.wrote(u.ID)
	return ok(object{})
}

// patchLicence swaps a licence for one of another SKU, of the same product or from Workspace to Archived User and back.
func (c *call) patchLicence() reply {
	u, failed := c.licenceAt()
	if failed != nil {
		return failed.reply()
	}
	var body struct{ Kind, ProductID, SkuID, UserID string }
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	from, to := c.r.PathValue("productId"), c.r.PathValue("productId")
	if body.ProductID != "" {
		to = body.ProductID
	}
	if products[to].skus[body.SkuID] == "" || body.UserID != "" && !strings.EqualFold(body.UserID, u.PrimaryEmail) {
		return invalid("Invalid Input: resource").reply()
	}
	delete(c.state.Licences[from], u.ID)
	c.state.license(u, to, body.SkuID)
	c.wrote(u.ID)
	return ok(licenceRow(to, body.SkuID, u))
}
