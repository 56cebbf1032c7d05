package google

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	onMatters  = "v1/matters"
	onOrgUnits = "admin/directory/v1/customer/{customerId}/orgunits"

	vaultScope     = "ediscovery"
	readVaultScope = vaultScope + " ediscovery.readonly"
	readUnitsScope = "admin.directory.orgunit admin.directory.orgunit.readonly"
)

// vaultOperations are those of Vault.
var vaultOperations = []operation{
	{
		method: "GET", path: onMatters, scopes: readVaultScope, most: 100,
		query: "pageSize pageToken state view", serve: (*call).listMatters,
	},
	{
		method: "GET", path: onMatters + "/{matterId}/holds", scopes: readVaultScope, most: 100,
		query: "pageSize pageToken view", serve: (*call).listHolds,
	},
	{
		method: "GET", path: onMatters + "/{matterId}/holds/{holdId}", scopes: readVaultScope,
		query: "view", serve: (*call).getHold,
	},
	{
		method: "POST", path: onMatters + "/{matterId}/holds", scopes: vaultScope, serve: (*call).createHold,
	},
	{
		method: "DELETE", path: onMatters + "/{matterId}/holds/{holdId}", scopes: vaultScope, serve: (*call).deleteHold,
	},
	{
		method: "POST", path: onMatters, scopes: vaultScope, serve: (*call).createMatter,
	},
	{
		method: "GET", path: onMatters + "/{matterId}", scopes: readVaultScope,
		query: "view", serve: (*call).getMatter,
	},
	{
		method: "POST", path: onMatters + "/{matterId}/holds/{holdId}/accounts", scopes: vaultScope, serve: (*call).addHeldAccount,
	},
	{
		method: "DELETE", path: onMatters + "/{matterId}/holds/{holdId}/accounts/{accountId}", scopes: vaultScope, serve: (*call).removeHeldAccount,
	},
}

// vaultState is what Vault keeps, and the organizational units that its holds may cover.
type vaultState struct {
	Matters map[string]*matter
	// OrgUnits are the paths of units that may have nobody in them.
	OrgUnits []string
	// WithoutVault are the ids of those whose licence does not include Vault.
	WithoutVault []string
}

type matter struct {
	ID, Name, Description, State string
	Holds                        map[string]*hold
}

// A hold covers accounts by their ids, or a unit with all those below it by its path.
type hold struct {
	ID, Name, Corpus string
	Accounts         []string
	OrgUnit          string
	Updated          time.Time
	// Since is when an account was added that was not there from the start, and Query what narrows the hold or widens it.
	Since map[string]time.Time
	Query heldQuery
}

// The states of matters, and the corpora of holds, as far as the sandbox has them.
const (
	openMatter    = "OPEN"
	closedMatter  = "CLOSED"
	deletedMatter = "DELETED"
)

var corpora = []string{"DRIVE", "MAIL", "GROUPS", "HANGOUTS_CHAT", "VOICE", "CALENDAR", "GEMINI", "GEMINI_IN_WORKSPACE"}

// vault gives the company two matters, of which none holds anybody whom the demo is about.
func (b *builder) vault() {
	b.Matters = map[string]*matter{}
	b.OrgUnits = []string{"/Former staff", "/Former staff/On hold"}
	for _, name := range []string{Audit, Dispute} {
		b.addMatter(name)
	}
	b.addHold(b.mustMatter(Audit), "Books", "MAIL", []string{b.mustUser(Protected).ID}, "", b.founded)
	b.addHold(b.mustMatter(Dispute), "Those who left", "DRIVE", nil, "/Former staff", b.founded)
}

func (s *state) addMatter(name string) *matter {
	m := &matter{ID: letters(20, s.again("matter", name)...), Name: name, State: openMatter, Holds: map[string]*hold{}}
	s.Matters[m.ID] = m
	return m
}

func (s *state) addHold(m *matter, name, corpus string, accounts []string, unit string, now time.Time) *hold {
	h := &hold{
		ID: letters(20, s.again("hold", m.ID, name)...), Name: name, Corpus: corpus, Accounts: accounts, OrgUnit: unit, Updated: now,
	}
	m.Holds[h.ID] = h
	return h
}

// orgUnits are the paths of all units: those that somebody is in, those above them, and the others.
func (s *state) orgUnits() []string {
	paths := []string{"/"}
	add := func(unit string) {
		for ; unit != "/" && unit != "" && !slices.Contains(paths, unit); unit = above(unit) {
			paths = append(paths, unit)
		}
	}
	for _, u := range s.Users {
		add(u.OrgUnitPath)
	}
	for _, unit := range s.OrgUnits {
		add(unit)
	}
	slices.Sort(paths)
	return paths
}

// above is the path of the unit that a unit is in.
func above(unit string) string {
	at := strings.LastIndex(unit, "/")
	if at <= 0 {
		return "/"
	}
	return unit[:at]
}

// isHeld says whether a person is on hold, by name or by a unit that they are in or below.
func (s *state) isHeld(u *user) bool {
	if !s.preserves(u) {
		return false
	}
	for _, m := range s.Matters {
		for _, h := range m.Holds {
			if m.State == openMatter && h.Corpus != "GROUPS" && h.covers(u) {
				return true
			}
		}
	}
	return false
}

func (h *hold) covers(u *user) bool {
	if h.OrgUnit == "" {
		return slices.Contains(h.Accounts, u.ID)
	}
	return h.OrgUnit == "/" || u.OrgUnitPath == h.OrgUnit || strings.HasPrefix(u.OrgUnitPath, h.OrgUnit+"/")
}

// listOrgUnits lists the units. They are all on one page, and the root is on it only if it is asked for.
func (c *call) listOrgUnits() reply {
	if failed := c.checkCustomer(c.r.PathValue("customerId")); failed != nil {
		return failed.reply()
	}
	from, of := c.query.Get("orgUnitPath"), c.query.Get("type")
	if from == "" {
		from = "/"
	}
	if from != "/" || !slices.Contains([]string{"all", "allIncludingParent"}, of) {
		return unsupported("these units").reply()
	}
	rows := []object{}
	for _, path := range c.state.orgUnits() {
		if path != "/" || of == "allIncludingParent" {
			rows = append(rows, c.state.unitRow(path))
		}
	}
	body := object{"kind": "admin#directory#orgUnits"}
	if len(rows) > 0 {
		body["organizationUnits"] = rows
	}
	return ok(tagged(body))
}

func (s *state) unitRow(path string) object {
	row := object{"kind": "admin#directory#orgUnit", "orgUnitPath": path, "orgUnitId": "id:" + orgUnitID(path), "blockInheritance": false}
	if path == "/" {
		row["name"] = s.Name
		return tagged(row)
	}
	row["name"], row["parentOrgUnitPath"], row["parentOrgUnitId"] = path[strings.LastIndex(path, "/")+1:], above(path), "id:"+orgUnitID(above(path))
	return tagged(row)
}

// listMatters lists the matters that the caller has access to, and does not say that there are others (google.md
// section 14). Only super admins have access to all of them here; an admin who is none made none, and has none
// shared with them.
func (c *call) listMatters() reply {
	rows := []object{}
	for _, m := range sandbox.Sorted(c.state.Matters) {
		if state := c.query.Get("state"); c.state.isSuper(c.by) && (state == "" || state == m.State) {
			rows = append(rows, m.row())
		}
	}
	return c.plainList("", "matters", rows, 100)
}

func (c *call) matterAt() (*matter, *failure) {
	if m := c.state.Matters[c.r.PathValue("matterId")]; m != nil && c.by != nil && c.state.isSuper(c.by) {
		return m, nil
	}
	f := fail(http.StatusNotFound, "", "")
	f.modern("NOT_FOUND", "Matter not found.")
	return nil, f
}

func (c *call) holdAt() (*matter, *hold, *failure) {
	m, failed := c.matterAt()
	if failed != nil {
		return nil, nil, failed
	}
	if h := m.Holds[c.r.PathValue("holdId")]; h != nil {
		return m, h, nil
	}
	f := fail(http.StatusNotFound, "", "")
	f.modern("NOT_FOUND", "Hold not found.")
	return nil, nil, f
}

func (c *call) listHolds() reply {
	m, failed := c.matterAt()
	if failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, h := range sandbox.Sorted(m.Holds) {
		rows = append(rows, c.holdRow(h))
	}
	return c.plainList("", "holds", rows, 100)
}

func (c *call) getHold() reply {
	_, h, failed := c.holdAt()
	if failed != nil {
		return failed.reply()
	}
	return ok(c.holdRow(h))
}

// holdRow is a hold. Whom it covers shows in the full view alone ([DISC] HoldView).
func (c *call) holdRow(h *hold) object {
	row := object{"holdId": h.ID, "name": h.Name, "corpus": h.Corpus, "updateTime": h.Updated.UTC().Format(time.RFC3339)}
	if query := h.Query.row(); len(query) > 0 && c.query.Get("view") != "BASIC_HOLD" {
		row["query"] = query
	}
	switch {
	case c.query.Get("view") == "BASIC_HOLD":
	case h.OrgUnit != "":
		row["orgUnit"] = object{"orgUnitId": "id:" + orgUnitID(h.OrgUnit), "holdTime": row["updateTime"]}
	default:
		accounts := []object{}
		for _, id := range h.Accounts {
			accounts = append(accounts, c.heldAccount(h, id))
		}
		if len(accounts) > 0 {
			row["accounts"] = accounts
		}
	}
	return row
}

// createHold puts accounts or a unit on hold. In which words Vault refuses what makes no sense is a guess.
func (c *call) createHold() reply {
	m, failed := c.matterAt()
	if failed != nil {
		return failed.reply()
	}
	var body struct {
		Name, Corpus string
		Accounts     []struct{ AccountID, Email string }
		OrgUnit      *struct{ OrgUnitID string }
		Query        heldQuery
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	var accounts []string
	wrong := body.Name == "" || !slices.Contains(corpora, body.Corpus) || (len(body.Accounts) > 0) == (body.OrgUnit != nil) || !body.Query.fits(body.Corpus)
	for _, account := range body.Accounts {
		key := account.Email
		if key == "" {
			key = account.AccountID
		}
		u := c.state.find(key)
		if u == nil {
			wrong = true
			continue
		}
		accounts = append(accounts, u.ID)
	}
	unit := ""
	if body.OrgUnit != nil {
		for _, path := range c.state.orgUnits() {
			if "id:"+orgUnitID(path) == body.OrgUnit.OrgUnitID {
				unit = path
			}
		}
		wrong = wrong || unit == ""
	}
	if wrong {
		return badHold().reply()
	}
	if failed := c.checkHoldable(m, body.Name, accounts...); failed != nil {
		return failed.reply()
	}
	made := c.state.addHold(m, body.Name, body.Corpus, accounts, unit, c.now)
	made.Query = body.Query
	return ok(c.holdRow(made))
}

func (c *call) deleteHold() reply {
	m, h, failed := c.holdAt()
	if failed != nil {
		return failed.reply()
	}
	delete(m.Holds, h.ID)
	return ok(object{})
}
