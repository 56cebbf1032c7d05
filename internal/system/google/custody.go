package google

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/vault/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// What one person has is held by a hold in Vault for each service, under a name that says whose and what it is, in a
// matter that is given or that has such a name too. Names are how what was placed is found again: of matters they are
// unique (https://support.google.com/vault/answer/2462419), and of the holds of a matter it is taken to be so.
//
// All of a service is held. Without more being asked for Vault leaves out of a hold on Drive what is in shared drives,
// and of one on Chat what is said in spaces ([DISC] HeldDriveQuery, HeldHangoutsChatQuery).

// custody is what it takes to place a hold and to look at one. To look for one takes being shown every matter.
var custody = thing{
	name: "holds in Vault", read: matters.read, manage: matters.manage, privilege: "Manage Matters and Manage Holds (Google Vault)", api: matters.api,
}

// A corpus is a service as Vault calls it, with what has to be asked for so that all of it is held.
type corpus struct {
	data  access.Data
	name  string
	whole *vault.CorpusQuery
}

var corpora = []corpus{
	{access.Mail, "MAIL", nil},
	{access.Drive, "DRIVE", &vault.CorpusQuery{DriveQuery: &vault.HeldDriveQuery{IncludeSharedDriveFiles: true}}},
	{access.Chat, "HANGOUTS_CHAT", &vault.CorpusQuery{HangoutsChatQuery: &vault.HeldHangoutsChatQuery{IncludeRooms: true}}},
}

// corpusOf is the corpus that has a kind of data.
func corpusOf(data access.Data) (corpus, error) {
	for _, c := range corpora {
		if c.data == data {
			return c, nil
		}
	}
	return corpus{}, &access.Error{Kind: access.NotAvailable, Op: "hold " + string(data), Reason: "Vault is not asked to hold that"}
}

// LegalHolds are the holds in Vault that name one person.
func LegalHolds(g *Google) access.Custodian { return custodian{g} }

type custodian struct{ *Google }

func (custodian) Holdable() (data []access.Data) {
	for _, c := range corpora {
		data = append(data, c.data)
	}
	return data
}

func (custodian) HoldName(person access.Person, data access.Data) string {
	return fmt.Sprintf("%s (%s)", ownName(person), data)
}

// ownName is what a person's own matter is called.
func ownName(person access.Person) string { return "Legal hold: " + string(person) }

// ready refuses where there is no Vault, and where a matter or a hold that is not shown may be there all the same.
func (c custodian) ready(ctx context.Context) error {
	if c.config.NoVault {
		return &access.Error{
			Kind: access.NotAvailable, Op: "look at legal holds in Google", Reason: "the google block says that this customer has no Google Vault",
			Fix: "Without it nobody can be put on hold. If there is one, take vault = false out of the block.",
		}
	}
	return c.sees(ctx, matters)
}

// Matter looks through all matters.
// GET /v1/matters, scope ediscovery.readonly.
func (c custodian) Matter(ctx context.Context, person access.Person, given string) (access.Matter, error) {
	found, _, err := c.find(ctx, person, given)
	return found, err
}

// find is Matter, with the name that another matter of the person's own would have.
func (c custodian) find(ctx context.Context, person access.Person, given string) (found access.Matter, next string, err error) {
	if err := c.ready(ctx); err != nil {
		return found, "", err
	}
	all, err := c.matters(ctx, "")
	if err != nil {
		return found, "", unsure(err)
	}
	if given != "" {
		found, err = theGiven(all, given)
		return found, "", err
	}
	return theirOwn(all, person)
}

func matterOf(m *vault.Matter) access.Matter {
	return access.Matter{ID: access.MatterID(m.MatterId), Name: system.OneLine(m.Name), Open: m.State == "OPEN"}
}

// theGiven is the matter with this id or name. A name that was used before counts only if no open matter has it.
func theGiven(all []*vault.Matter, given string) (found access.Matter, err error) {
	op := fmt.Sprintf("find the Vault matter %q", given)
	for _, m := range all {
		switch it := matterOf(m); {
		case m.MatterId == given:
			return it, nil
		case !strings.EqualFold(m.Name, given) || found.Open && !it.Open:
		case found.Open:
			return found, &access.Error{Kind: access.Blocked, Op: op, Reason: "there are several of that name", Fix: "Give the id of the one that is meant."}
		default:
			found = it
		}
	}
	if found.ID == "" {
		return found, &access.Error{
			Kind: access.NotFound, Op: op, Reason: "there is none", Fix: "Give the id or the name of a matter that is open, or leave it out: the person then gets one of their own.",
		}
	}
	return found, nil
}

// numbered is how the name of a person's own matter ends, from the second on.
var numbered = regexp.MustCompile(`^ \((\d+)\)$`)

// theirOwn is the person's own matter: the first that is open, else the last. A matter that was closed or deleted keeps
// its name, and has none like it after it but with a number.
func theirOwn(all []*vault.Matter, person access.Person) (found access.Matter, next string, err error) {
	base, last := ownName(person), 0
	own := map[int]access.Matter{}
	for _, m := range all {
		end, ok := strings.CutPrefix(strings.ToLower(m.Name), strings.ToLower(base))
		n := 1
		if ok && end != "" {
			match := numbered.FindStringSubmatch(end)
			if match == nil {
				continue
			}
			if n, err = strconv.Atoi(match[1]); err != nil {
				continue
			}
		}
		if ok {
			own[n], last = matterOf(m), max(last, n)
		}
	}
	if last == 0 {
		return found, base, &access.Error{Kind: access.NotFound, Op: fmt.Sprintf("find the Vault matter %q", base), Reason: "there is none"}
	}
	found = own[last]
	for n := last; n > 0; n-- {
		if own[n].Open {
			found = own[n]
		}
	}
	return found, fmt.Sprintf("%s (%d)", base, last+1), nil
}

// OpenMatter makes a matter where the person has none that is open. What has been closed is not opened again: somebody
// closed it.
// POST /v1/matters, scope ediscovery.
func (c custodian) OpenMatter(ctx context.Context, person access.Person, given string) (access.Matter, error) {
	found, next, err := c.find(ctx, person, given)
	switch kind := access.KindOf(err); {
	case err != nil && (given != "" || kind != access.NotFound):
		return found, missing(err)
	case found.Open:
		return found, nil
	case given != "":
		return found, &access.Error{
			Kind: access.Blocked, Op: "place a hold in the Vault matter " + strconv.Quote(found.Name), Reason: "it is not open",
			Fix: "Reopen it in Vault, or name another one, or none: the person then gets a matter of their own.",
		}
	}
	call := managing(custody, "open the Vault matter %q", next)
	made, err := do(transport.Once(ctx), c.Google, call, func(ctx context.Context) (*vault.Matter, error) {
		return c.vault.Matters.Create(&vault.Matter{Name: next, Description: "Kept by Terraform (offboard_legal_hold)."}).Context(ctx).Do()
	})
	if unheard(err) {
		// Nobody knows what became of the request: what there is decides.
		if found, _, looked := c.find(ctx, person, ""); looked == nil && found.Open {
			return found, nil
		}
	}
	switch {
	case err != nil:
		return access.Matter{}, unsure(err)
	case made.MatterId == "" || made.State != "OPEN":
		return access.Matter{}, malformed(call, "a matter without an id, or that is not open")
	}
	return matterOf(made), nil
}

// missing turns the absence of a matter that somebody named into what they have to change.
func missing(err error) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != access.NotFound {
		return err
	}
	changed := *e
	changed.Kind = access.Blocked
	return &changed
}

// unheard says that a request may have been done for all that its answer tells, or had been done before.
func unheard(err error) bool {
	kind := access.KindOf(err)
	return kind == access.Unavailable || kind == access.Malformed
}

// Naming reads the holds of a matter.
// GET /v1/matters/{matter}/holds?view=FULL_HOLD, scope ediscovery.readonly.
func (c custodian) Naming(ctx context.Context, account access.AccountID, person access.Person, matter access.MatterID) (map[access.Data]access.Hold, error) {
	all, err := c.within(ctx, matter)
	if err != nil {
		return nil, err
	}
	best, chosen := map[access.Data]*vault.Hold{}, map[access.Data]access.Hold{}
	for _, h := range all {
		call := reading(matters, "read the hold %q", h.Name)
		found, err := holdOf(call, h.Hold, account)
		if err != nil {
			return nil, err
		}
		if found == nil || found.Data == "" {
			continue
		}
		if other := best[found.Data]; other == nil || c.before(h.Hold, *found, other, chosen[found.Data], person) {
			best[found.Data], chosen[found.Data] = h.Hold, *found
		}
	}
	return chosen, nil
}

// before orders the holds of one account: by the name that Place would give, then by whether they hold all, then by
// whether they name nobody else, then by their age.
func (c custodian) before(a *vault.Hold, is access.Hold, b *vault.Hold, than access.Hold, person access.Person) bool {
	own := c.HoldName(person, is.Data)
	if (a.Name == own) != (b.Name == own) {
		return a.Name == own
	}
	if (is.Part == "") != (than.Part == "") {
		return is.Part == ""
	}
	if (len(a.Accounts) == 1) != (len(b.Accounts) == 1) {
		return len(a.Accounts) == 1
	}
	if !is.Since.Equal(than.Since) {
		return is.Since.Before(than.Since)
	}
	return is.ID < than.ID
}

func (c custodian) within(ctx context.Context, matter access.MatterID) ([]heldIn, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	all, err := c.holdsIn(ctx, &vault.Matter{MatterId: string(matter), Name: string(matter)})
	return all, unsure(err)
}

// holdOf is a hold as far as it names the account, and nil if it does not.
func holdOf(call op, h *vault.Hold, account access.AccountID) (*access.Hold, error) {
	if h.HoldId == "" || h.Corpus == "" {
		return nil, malformed(call, "a hold without its id or its service")
	}
	its := accountIn(h, account)
	if its == nil {
		return nil, nil //nolint:nilnil // It holds others.
	}
	found := &access.Hold{ID: access.HoldID(h.HoldId), Name: system.OneLine(h.Name), Part: part(h)}
	for _, c := range corpora {
		if c.name == h.Corpus {
			found.Data = c.data
		}
	}
	if its.HoldTime != "" {
		at, err := time.Parse(time.RFC3339, its.HoldTime)
		if err != nil {
			return nil, malformed(call, "a time of a hold that is none")
		}
		found.Since = at.UTC()
	}
	return found, nil
}

func accountIn(h *vault.Hold, account access.AccountID) *vault.HeldAccount {
	for _, its := range h.Accounts {
		if its != nil && its.AccountId == string(account) {
			return its
		}
	}
	return nil
}

// part says in words what of a service a hold is narrowed to. What is searched for is not told: it may give away what
// the matter is about.
func part(h *vault.Hold) string {
	query := h.Query
	if query == nil {
		query = &vault.CorpusQuery{}
	}
	var narrowed []string
	switch h.Corpus {
	case "MAIL":
		if mail := query.MailQuery; mail != nil && mail.Terms != "" {
			narrowed = append(narrowed, "only what matches a search")
		}
		if mail := query.MailQuery; mail != nil && mail.StartTime+mail.EndTime != "" {
			narrowed = append(narrowed, "only of a span of time")
		}
	case "DRIVE":
		if !withSharedDrives(h) {
			narrowed = append(narrowed, "without shared drives")
		}
	case "HANGOUTS_CHAT":
		if chat := query.HangoutsChatQuery; chat == nil || !chat.IncludeRooms {
			narrowed = append(narrowed, "without Chat spaces")
		}
	}
	return strings.Join(narrowed, ", ")
}

// Watch reads the matter and each hold.
// GET /v1/matters/{matter} and /v1/matters/{matter}/holds/{hold}?view=FULL_HOLD, scope ediscovery.readonly.
func (c custodian) Watch(
	ctx context.Context, account access.AccountID, matter access.MatterID, holds map[access.Data]access.HoldID,
) (access.Matter, map[access.Data]access.Hold, error) {
	still := map[access.Data]access.Hold{}
	if err := c.ready(ctx); err != nil {
		return access.Matter{}, nil, err
	}
	call := reading(matters, "look at the Vault matter %s", matter)
	m, err := do(withShape(ctx, "matterId", "name", "description", "state", "matterPermissions", "matterRegion"), c.Google, call,
		func(ctx context.Context) (*vault.Matter, error) {
			return c.vault.Matters.Get(string(matter)).View("BASIC").Context(ctx).Do()
		})
	switch {
	case access.KindOf(err) == access.NotFound:
		return access.Matter{ID: matter}, still, nil
	case err != nil:
		return access.Matter{}, nil, err
	case m.MatterId != string(matter) || !slices.Contains([]string{"OPEN", "CLOSED", "DELETED"}, m.State):
		return access.Matter{}, nil, malformed(call, "another matter, or one that does not say whether it is open")
	}
	found := matterOf(m)
	if !found.Open {
		// Vault closes a matter only once it has no holds (https://support.google.com/vault/answer/2462419).
		return found, still, nil
	}
	for data, id := range holds {
		call := reading(matters, "look at the hold %s in the Vault matter %s", id, found.Name)
		h, err := c.hold(ctx, call, matter, id)
		if err != nil {
			return access.Matter{}, nil, err
		}
		if h == nil {
			continue
		}
		its, err := holdOf(call, h, account)
		switch {
		case err != nil:
			return access.Matter{}, nil, err
		case its != nil && its.Data != data:
			return access.Matter{}, nil, malformed(call, "a hold of another service")
		case its != nil:
			still[data] = *its
		}
	}
	return found, still, nil
}

// hold reads a hold, and returns nil where there is none.
func (c custodian) hold(ctx context.Context, call op, matter access.MatterID, id access.HoldID) (*vault.Hold, error) {
	h, err := do(withShape(ctx, "holdId", "name", "accounts", "orgUnit", "corpus", "query", "updateTime"), c.Google, call,
		func(ctx context.Context) (*vault.Hold, error) {
			return c.vault.Matters.Holds.Get(string(matter), string(id)).View("FULL_HOLD").Context(ctx).Do()
		})
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, nil //nolint:nilnil // There is none.
	case err != nil:
		return nil, err
	case h.HoldId != string(id) || !saysWhom(h):
		return nil, malformed(call, "another hold, or one that does not say whom it covers")
	}
	return h, nil
}

// Covering is by the sweep of this run.
func (c custodian) Covering(ctx context.Context, account access.AccountID) (map[access.HoldID]string, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	swept, err := c.sweptOnce(ctx)
	if err != nil {
		return nil, err
	}
	covers, err := swept.over(u)
	if err != nil {
		return nil, err
	}
	labels := map[access.HoldID]string{}
	for _, cover := range covers {
		labels[access.HoldID(cover.HoldId)] = cover.String()
	}
	return labels, nil
}
