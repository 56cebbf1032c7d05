package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/licensing/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Licenses are the paid seats: what the account has been assigned of Google's products.
//
// The License Manager API can't be asked about a person, and takes one query a second of a whole project
// (https://developers.google.com/workspace/admin/licensing/v1/limits). To ask for each SKU and person would be some
// seventy seconds a person. To ask a product for everybody who has it is one query a product and a hundred licences, of
// which one survey serves all people of a run: in a company of a thousand some thirty seconds, whether one leaves or a
// hundred. Removing, and seeing that it is done, is about single licences, each asked for by itself.
//
// They count in every state of the account: a suspended account is paid for like any other. What an archived account has
// instead, its Archived User licence, is what keeps it (https://support.google.com/a/answer/9048836), and goes with the
// account: it is no row for as long as that is archived. Archiving is also how a licence is swapped for the cheaper one;
// Google does both at once, and it is offboard_account that archives.
func Licenses(g *Google) access.Connector { return &licenses{Google: g} }

type licenses struct {
	*Google
	// sold are the products that the customer is known to have.
	sold memo.Map[string, struct{}]
}

var (
	_ access.Surveyor  = (*licenses)(nil)
	_ access.Rechecker = (*licenses)(nil)
)

// The privilege can't be narrowed to a unit, by what privileges.list says of it (google.md section 13).
var seats = thing{
	name: "licences", read: "apps.licensing", manage: "apps.licensing", privilege: "License Management", api: "Enterprise License Manager API",
	shows: []string{"LICENSING_READ", "LICENSING"}, kind: "licensing#",
	forbidden: "The License Manager API says the same to what it does not understand: look at customer, and whether the customer has each of license_products.",
	unwell:    "The License Manager API says the same beyond one query a second of a project: run again when nothing else asks it.",
}

// LicenseProducts are the products that licences are looked for of, unless others are named: those that Google
// documents (google.md section 13; https://developers.google.com/workspace/admin/licensing/v1/how-tos/products).
var LicenseProducts = []string{
	"Google-Apps", "101001", "101005", "101031", "101033", archivedUser, "101035", "101036", "101037", "101038", "101039", "101040", "101043", "101047",
	"101049", "101050", "Google-Chrome-Device-Management", "Google-Drive-storage", "Google-Vault",
}

const (
	workspace    = "Google-Apps"
	archivedUser = "101034"
)

// licensingApart keeps the requests to the License Manager API a second apart.
func licensingApart(r *http.Request) (line string, apart time.Duration) {
	if !strings.HasPrefix(r.URL.Path, "/apps/licensing/") {
		return "", 0
	}
	return "licensing", time.Second
}

// A seat is a licence by its grant's id, which is product/sku. One that Google has under another address than the
// account's own has that after it.
type seat struct{ product, sku, address string }

func seatOf(id access.GrantID) (seat, bool) {
	parts := strings.SplitN(string(id), "/", 3)
	if len(parts) < 2 || slices.Contains(parts, "") {
		return seat{}, false
	}
	return seat{parts[0], parts[1], strings.Join(parts[2:], "")}, true
}

// keeps says that the licence is what keeps an archived account.
func (s seat) keeps(u *admin.User) bool { return s.product == archivedUser && status(u) == archived }

// List asks each product for everybody who has it.
func (c *licenses) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	all, err := c.assigned(ctx)
	if err != nil {
		return nil, err
	}
	names := everyAddress(u)
	return c.grants(ctx, u, slices.DeleteFunc(all, func(a *licensing.LicenseAssignment) bool {
		return !slices.Contains(names, strings.ToLower(a.UserId)) || seat{product: a.ProductId}.keeps(u)
	}))
}

// Survey is List of everybody. A licence is assigned to an address: whose that is the directory says, of everybody at
// once, and of an address that is not among them when it is asked.
func (c *licenses) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	all, err := c.assigned(ctx)
	if err != nil {
		return nil, err
	}
	found, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	people := map[string]*admin.User{}
	for _, u := range found {
		people[name(u)] = u
	}
	of := map[*admin.User][]*licensing.LicenseAssignment{}
	for _, a := range all {
		address := strings.ToLower(a.UserId)
		u, known := people[address]
		if !known {
			if u, err = c.whose(ctx, address); err != nil {
				return nil, err
			}
			people[address] = u
		}
		if u != nil && !(seat{product: a.ProductId}).keeps(u) {
			of[u] = append(of[u], a)
		}
	}
	held, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	everybody := map[access.AccountID][]access.Grant{}
	for u, theirs := range of {
		id := access.AccountID(u.Id)
		everybody[id] = append(everybody[id], seatGrants(u, theirs, held(u))...)
	}
	return everybody, nil
}

// whose is the account that an address leads to which is nobody's own, and nil if it leads nowhere: of an account that
// is gone nothing is held.
func (c *licenses) whose(ctx context.Context, address string) (*admin.User, error) {
	u, err := c.userBy(ctx, reading(users, "find out whose the licence of %s is", address), address)
	return u, system.IgnoreNotFound(err)
}

// assigned are all licences of the products. One that Google does not know, or the customer does not have, is an error
// only if it was named: Google answers 400 or 404 to that, or with an empty list (google.md section 13). That it is the
// product which it does not know, and not the customer, shows in its answering to another.
func (c *licenses) assigned(ctx context.Context) ([]*licensing.LicenseAssignment, error) {
	products, named := c.config.LicenseProducts, true
	if len(products) == 0 {
		products, named = LicenseProducts, false
	}
	var all []*licensing.LicenseAssignment
	var unknown error
	answered := false
	for _, product := range products {
		found, err := c.assignedOf(ctx, product)
		switch {
		case err == nil:
			answered = true
			all = append(all, found...)
		case named || access.KindOf(err) != access.NotAvailable:
			return nil, misasked(err)
		default:
			unknown = err
		}
	}
	if !answered {
		return nil, misasked(unknown)
	}
	return all, nil
}

// misasked turns what Google does not know into an error of whoever asked. Every customer has licences: that one product is
// not there says nothing of the others, and that none is says that the question was wrong.
func misasked(err error) error {
	if e, ok := errors.AsType[*access.Error](err); ok && e.Kind == access.NotAvailable {
		wrong := *e
		wrong.Kind = access.Blocked
		return &wrong
	}
	return err
}

// pageOfSeats is what Google's page on limits allows. The discovery document has 1000, with which Google has been known
// to answer that nobody has anything (https://github.com/taers232c/GAMADV-XTD3/issues/358).
const pageOfSeats = 100

// assignedOf are the licences of one product.
// GET /apps/licensing/v1/product/{product}/users?customerId={customer}, scope apps.licensing.
func (c *licenses) assignedOf(ctx context.Context, product string) ([]*licensing.LicenseAssignment, error) {
	self, err := c.actor(ctx)
	if err != nil {
		return nil, err
	}
	call, answered := reading(seats, "list who has a licence of the product %s", product), false
	found, err := list(ctx, c.Google, call, func(ctx context.Context, token string) (page[licensing.LicenseAssignment], error) {
		answer, err := c.licences.LicenseAssignments.ListForProduct(product, self.customer).MaxResults(pageOfSeats).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[licensing.LicenseAssignment]{}, err
		}
		answered = true
		return page[licensing.LicenseAssignment]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil && !answered {
		return nil, noProduct(product, err)
	}
	for _, a := range found {
		if a.ProductId != product || a.SkuId == "" || strings.Contains(a.SkuId, "/") || !strings.Contains(a.UserId, "@") {
			return nil, malformed(call, "a licence of another product, or without its SKU or whose it is")
		}
	}
	return found, unsure(err)
}

// noProduct turns Google's not knowing a product into an error of its own.
func noProduct(product string, err error) error {
	refusal, ok := errors.AsType[*googleapi.Error](err)
	if !ok || refusal.Code != http.StatusNotFound && refusal.Code != http.StatusBadRequest || reasonIn([]byte(refusal.Body)) == "" {
		return unsure(err)
	}
	return &access.Error{
		Kind: access.NotAvailable, Op: "list who has a licence of the product " + product,
		Reason: "Google does not know the product, or the customer does not have it: " + because(err),
		Fix:    "Look at license_products: https://developers.google.com/workspace/admin/licensing/v1/how-tos/products has the ids.",
	}
}

// seatGrants are the rows for licences that are somebody's.
func seatGrants(u *admin.User, theirs []*licensing.LicenseAssignment, held *access.Error) (grants []access.Grant) {
	seen := map[access.GrantID]bool{}
	for _, a := range theirs {
		grant := access.Grant{
			ID:    access.GrantID(a.ProductId + "/" + a.SkuId),
			Label: fmt.Sprintf("%s (%s)", cmp.Or(system.OneLine(a.SkuName), a.SkuId), cmp.Or(system.OneLine(a.ProductName), a.ProductId)),
			Note:  "If its organizational unit assigns this licence, Google does not let it be taken, or gives it back.",
			Stays: held,
		}
		if a.ProductId == workspace && status(u) != archived {
			grant.Note += " Vault keeps nothing of an account that has no licence: archiving it (offboard_account with disposition = \"archive\") swaps this " +
				"one for an Archived User licence."
		}
		if address := strings.ToLower(a.UserId); address != name(u) {
			grant.ID += access.GrantID("/" + address)
			grant.Label += ", assigned to " + address
			grant.Stays = elsewhere(address)
		}
		if (seat{product: a.ProductId}).keeps(u) {
			grant.Stays = keepsArchive(u)
		}
		if !seen[grant.ID] {
			grants = append(grants, grant)
		}
		seen[grant.ID] = true
	}
	return grants
}

// grants are seatGrants of one person.
func (c *licenses) grants(ctx context.Context, u *admin.User, theirs []*licensing.LicenseAssignment) ([]access.Grant, error) {
	if len(theirs) == 0 {
		return nil, nil
	}
	held, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	return seatGrants(u, theirs, held(u)), nil
}

// held says why all of somebody's licences stay: a legal hold covers them, and what it keeps is lost with the licence,
// without a word of Google's (https://support.google.com/vault/answer/4552977).
func (c *licenses) held(ctx context.Context) (func(u *admin.User) *access.Error, error) {
	return c.holding(ctx, func(h *holds, u *admin.User) error { return withFix(h.refuse(u), archiveInstead(u)) })
}

// archiveInstead is what to do with somebody who is on hold: an Archived User licence preserves what is held
// (https://support.google.com/vault/answer/2736622).
func archiveInstead(u *admin.User) string {
	if status(u) == archived {
		return ""
	}
	return "Archiving the account (offboard_account with disposition = \"archive\") has Google swap its licence for an Archived User licence, which keeps " +
		"what is held."
}

// elsewhere is why a licence stays that Google has under an address which is an alias of the account by now.
func elsewhere(address string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "make sure whose the licence is",
		Reason: "Google has it under " + address + ", which is another address of theirs, and a licence goes by the primary one",
		Fix:    "After an account was renamed this takes a while: plan again later, or take it away in the Admin console.",
	}
}

// keepsArchive is why the Archived User licence of an archived account stays.
func keepsArchive(u *admin.User) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "take the Archived User licence from " + name(u), Reason: "the account is archived, and this licence is what keeps it",
		Fix: "It goes with the account: plan again, and it is no row any more.",
	}
}

// Recheck asks for single licences, under the address that the account has now.
func (c *licenses) Recheck(ctx context.Context, account access.AccountID, ids []access.GrantID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	var theirs []*licensing.LicenseAssignment
	for _, id := range ids {
		s, ok := seatOf(id)
		if !ok {
			// A row of a hand in the state: nothing of that name can be there.
			continue
		}
		a, err := c.assignment(ctx, s, cmp.Or(s.address, name(u)))
		if err != nil {
			return nil, err
		}
		if a != nil {
			theirs = append(theirs, a)
		}
	}
	if err := c.sameAddress(ctx, u); err != nil {
		return nil, err
	}
	return c.grants(ctx, u, theirs)
}

// sameAddress makes sure that what was asked about an address was about the account.
func (c *licenses) sameAddress(ctx context.Context, u *admin.User) error {
	now, err := c.user(ctx, access.AccountID(u.Id))
	if err != nil || name(now) == name(u) {
		return err
	}
	return &access.Error{
		Kind: access.Unavailable, Op: "look at the licences of " + name(u), Reason: "the account was renamed to " + name(now) + " meanwhile", Fix: "Try again.",
	}
}

// assignment reads one licence, and returns nil if there is none. That is what a 404 means which names nothing
// else, of a product that Google does know.
// GET /apps/licensing/v1/product/{product}/sku/{sku}/user/{address}, scope apps.licensing.
func (c *licenses) assignment(ctx context.Context, s seat, address string) (*licensing.LicenseAssignment, error) {
	call := reading(seats, "look whether %s has the licence %s/%s", address, s.product, s.sku)
	if err := c.sees(ctx, seats); err != nil {
		return nil, err
	}
	a, err := do(ctx, c.Google, call, func(ctx context.Context) (*licensing.LicenseAssignment, error) {
		return c.licences.LicenseAssignments.Get(s.product, s.sku, address).Context(ctx).Do()
	})
	switch {
	case access.KindOf(err) == access.NotFound && !notAssigned(err):
		return nil, unsure(err)
	case access.KindOf(err) == access.NotFound:
		_, err := c.sold.Get(ctx, s.product, func() (struct{}, error) { return struct{}{}, c.sells(ctx, s.product) })
		return nil, err
	case err != nil:
		return nil, err
	case !seats.speaks(a.Kind) || a.ProductId != s.product || a.SkuId != s.sku || !strings.EqualFold(a.UserId, address):
		return nil, malformed(call, "another licence than the one that was asked for")
	}
	return a, nil
}

// notAssigned says that a 404 is about the assignment. Google names what else it did not find in the message alone, if
// it does.
func notAssigned(err error) bool {
	_, object, _ := strings.Cut(strings.ToLower(because(err)), ": ")
	return !slices.ContainsFunc([]string{"product", "sku", "user", "customer", "domain"}, func(other string) bool { return strings.HasPrefix(object, other) })
}

// because is the reason that an error gives.
func because(err error) string {
	if e, ok := errors.AsType[*access.Error](err); ok {
		return e.Reason
	}
	return ""
}

// sells makes sure that the customer has a product, as far as Google says.
func (c *licenses) sells(ctx context.Context, product string) error {
	self, err := c.actor(ctx)
	if err != nil {
		return err
	}
	call := reading(seats, "make sure that there is a product %s", product)
	answer, err := do(ctx, c.Google, call, func(ctx context.Context) (*licensing.LicenseAssignmentList, error) {
		return c.licences.LicenseAssignments.ListForProduct(product, self.customer).MaxResults(1).Context(ctx).Do()
	})
	switch {
	case err != nil:
		return noProduct(product, err)
	case !seats.speaks(answer.Kind):
		return malformed(call, "something other than a list")
	}
	return nil
}

// Remove takes one licence from the address that the account has at that moment, unless a hold would be released or
// what the account owns is on its way to somebody. The last look at both is right before.
// DELETE /apps/licensing/v1/product/{product}/sku/{sku}/user/{address}, scope apps.licensing.
func (c *licenses) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	s, ok := seatOf(grant)
	if !ok {
		// A row of a hand in the state: nothing of that name can be there.
		return gone, ctx.Err()
	}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	what := fmt.Sprintf("take the licence %s/%s from %s", s.product, s.sku, name(u))
	if err := c.refuseMoving(ctx, u, what); err != nil {
		return gone, err
	}
	// The account may have been renamed, moved or archived meanwhile.
	if u, err = c.user(ctx, account); err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	switch {
	case s.address != "" && s.address != name(u):
		return gone, elsewhere(s.address)
	case s.keeps(u):
		return gone, keepsArchive(u)
	}
	if err := c.refuseHeldNow(ctx, u); err != nil {
		return gone, withFix(err, archiveInstead(u))
	}
	err = c.write(ctx, managing(seats, "%s", what), func(ctx context.Context) error {
		_, err := c.licences.LicenseAssignments.Delete(s.product, s.sku, u.PrimaryEmail).Context(ctx).Do()
		return err
	})
	return gone, withFix(err, "Google takes no licence that the organizational unit assigns (Admin console, Billing, License settings): turn that off for the "+
		"unit, or move the account to another. One that others rest on goes after them: apply again.")
}
