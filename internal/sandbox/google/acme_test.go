package google_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func acme() *google.Tenant { return google.NewTenant(sandbox.Acme(), clock.NewFake(start)) }

func TestJaneHoldsTwoOfEverythingThatThereCanBeTwoOf(t *testing.T) {
	t.Parallel()
	tenant := acme()
	for kind, n := range map[string]int{
		"groups": len(tenant.Groups(google.Jane)), "groups she owns": len(tenant.OwnedGroups(google.Jane)),
		"apps": len(tenant.Tokens(google.Jane)), "app passwords": len(tenant.AppPasswords(google.Jane)),
		"backup codes": len(tenant.BackupCodes(google.Jane)), "sessions": tenant.Sessions(google.Jane),
		"roles": len(tenant.Roles(google.Jane)),
	} {
		if n < 2 {
			t.Errorf("Jane has %d %s", n, kind)
		}
	}
	equal(t, "2-step", tenant.IsEnrolledIn2Step(google.Jane), true)
	equal(t, "recovery", tenant.RecoveryEmail(google.Jane) != "" && tenant.RecoveryPhone(google.Jane) != "", true)
	equalLists(t, "sole owner", tenant.Owners(google.OnCall), google.Jane)
	equal(t, "must change", tenant.MustChangePassword(google.NewHire), true)
	equal(t, "rows", len(tenant.Addresses()), 37)
	equalLists(t, "nobody's groups", tenant.Groups(google.Nobody))
	equalLists(t, "ownerless", tenant.Owners(google.Ownerless))
}

func TestWhatIsDoneBehindTheApiIsDone(t *testing.T) {
	t.Parallel()
	tenant := acme()
	id, group := tenant.UserID(google.Jane), tenant.GroupID(google.OnCall)
	tenant.SetPassword(google.Jane, "something else")
	equalLists(t, "apps", tenant.Tokens(google.Jane), google.NotesApp)
	tenant.GenerateBackupCodes(google.Jane)
	tenant.SetRecovery(google.Jane, "", "")
	equal(t, "recovery", tenant.RecoveryEmail(google.Jane)+tenant.RecoveryPhone(google.Jane), "")
	tenant.Archive(google.Jane)
	tenant.Archive(google.Jane)
	equal(t, "licences", tenant.ArchiveLicences(), 1)
	tenant.Unarchive(google.Jane)
	tenant.Unarchive(google.Jane)
	equal(t, "licences", tenant.ArchiveLicences(), 2)
	tenant.RenameGroup(google.OnCall, "Pager")
	equal(t, "group", tenant.GroupID(google.OnCall), group)
	tenant.AssignRole(google.Mei, google.ReaderRole)
	tenant.AssignRoleToGroup(google.Engineering, google.ReaderRole)
	equalLists(t, "roles", tenant.Roles(google.Mei), google.ReaderRole, google.ReaderRole+" via "+google.Engineering)
	tenant.UnassignRole(google.Mei, google.ReaderRole)
	equalLists(t, "roles", tenant.Roles(google.Mei), google.ReaderRole+" via "+google.Engineering)
	before := tenant.Snapshot(google.Jane)
	tenant.Recreate(google.Jane)
	equal(t, "another person", tenant.UserID(google.Jane) != id, true)
	equal(t, "the former one", tenant.DeletedID(google.Jane), id)
	equalLists(t, "nothing came along", tenant.Groups(google.Jane))
	tenant.Delete(google.Jane)
	equal(t, "gone", tenant.HasUser(google.Jane), false)
	equal(t, "others", tenant.Snapshot(google.Jane), before)
	tenant.Recreate(google.Jane)
	equal(t, "back", tenant.HasUser(google.Jane), true)
}

func TestASnapshotShowsWhatBecomesOfOthers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*google.Tenant){
		"suspended":     func(x *google.Tenant) { x.Suspend(google.Omar) },
		"signed in":     func(x *google.Tenant) { x.SignIn(google.Omar) },
		"group":         func(x *google.Tenant) { x.AddToGroup(google.Omar, google.Social, google.Member) },
		"role in group": func(x *google.Tenant) { x.AddToGroup(google.Omar, google.OnCall, google.Owner) },
		"app":           func(x *google.Tenant) { x.Authorize(google.Omar, google.DiagramApp) },
		"app password":  func(x *google.Tenant) { x.CreateAppPassword(google.Omar, "x") },
		"codes":         func(x *google.Tenant) { x.GenerateBackupCodes(google.Mei) },
		"role":          func(x *google.Tenant) { x.AssignRole(google.Omar, google.ReaderRole) },
		"group's role":  func(x *google.Tenant) { x.AssignRoleToGroup(google.Social, google.ReaderRole) },
		"password":      func(x *google.Tenant) { x.SetPassword(google.Omar, "x") },
		"scopes":        func(x *google.Tenant) { x.Delegate("admin.directory.user") },
	} {
		tenant := acme()
		before := tenant.Snapshot(google.Jane)
		change(tenant)
		if tenant.Snapshot(google.Jane) == before {
			t.Errorf("%s: it does not show", name)
		}
	}
	tenant := acme()
	before := tenant.Snapshot(google.Jane)
	tenant.RemoveFromGroup(google.Jane, google.OnCall)
	tenant.Suspend(google.Jane)
	tenant.GenerateBackupCodes(google.Jane)
	equal(t, "what becomes of Jane", tenant.Snapshot(google.Jane), before)
	equal(t, "secrets", strings.Contains(before, google.Mark), false)
}

func TestAWrongNameIsAMistakeInTheTest(t *testing.T) {
	t.Parallel()
	tenant := acme()
	for name, call := range map[string]func(){
		"user":         func() { tenant.UserID(google.Stranger) },
		"group":        func() { tenant.GroupID("x@acme.example") },
		"role":         func() { tenant.RoleID("x") },
		"member":       func() { tenant.RemoveFromGroup(google.Nobody, google.Social) },
		"member role":  func() { tenant.AddToGroup(google.Jane, google.Social, "BOSS") },
		"new member":   func() { tenant.AddToGroup(google.Stranger, google.Social, google.Member) },
		"assignment":   func() { tenant.AssignmentID(google.Nobody, google.ReaderRole) },
		"app":          func() { tenant.ClientIDOf(google.Nobody, google.NotesApp) },
		"app password": func() { tenant.AppPasswordID(google.Nobody, "x") },
		"groups":       func() { tenant.Groups(google.Stranger) },
		"recreate":     func() { tenant.Recreate(google.Stranger) },
		"snapshot":     func() { tenant.Snapshot(google.Stranger) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: it went unnoticed", name)
				}
			}()
			call()
		}()
	}
}
