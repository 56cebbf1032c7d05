package google

import (
	"context"
	"crypto/rand"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Authenticators are what the account can be signed in to with, or recovered by: the password, the recovery
// address and phone, the backup codes, and 2-step verification with all of its second steps. Google lists and
// removes no second step by itself, neither a security key nor a passkey.
func Authenticators(g *Google) access.Connector { return authenticators{g} }

type authenticators struct{ *Google }

var _ access.Guard = authenticators{}

// The ids of the grants, of which an account has one each. In this order they are removed: the second steps
// only once nobody knows the password any more.
const (
	password      access.GrantID = "password"
	recoveryEmail access.GrantID = "recovery_email"
	recoveryPhone access.GrantID = "recovery_phone"
	backupCodes   access.GrantID = "two_step_backup_codes"
	twoStep       access.GrantID = "two_step_verification"
)

// List reads the account and asks for its backup codes. All of it counts in every state of the account: it
// signs in again as soon as somebody makes the account active.
// GET /admin/directory/v1/users/{id}, scope admin.directory.user.readonly, and
// GET /admin/directory/v1/users/{id}/verificationCodes, scope admin.directory.user.security.
func (c authenticators) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	// Google does not say when a password was set. A sign-in after ours was set shows that it is no longer ours,
	// or that there is another way in.
	version, text, err := signIn(reading(users, "read the account %s", account), u)
	if err != nil {
		return nil, err
	}
	grants = append(grants, access.Grant{
		ID: password, Label: "password (" + text + ")", Version: version,
		// https://developers.google.com/identity/protocols/oauth2#expiration says so of applications, and
		// https://support.google.com/accounts/answer/185833 of a password that the person changes.
		Note: "With a new password Google also ends what applications were allowed that may read the person's mail, and may end app passwords.",
	})
	if u.RecoveryEmail != "" {
		grants = append(grants, access.Grant{ID: recoveryEmail, Label: "recovery email address"})
	}
	if u.RecoveryPhone != "" {
		grants = append(grants, access.Grant{ID: recoveryPhone, Label: "recovery phone"})
	}
	has, err := c.hasBackupCodes(ctx, account)
	if err != nil {
		return nil, err
	}
	if has {
		grant := access.Grant{ID: backupCodes, Label: "backup codes"}
		if u.Suspended {
			grant.Stays = errSuspended("invalidate the backup codes")
		}
		grants = append(grants, grant)
	}
	if u.IsEnrolledIn2Sv {
		grants = append(grants, twoStepGrant(u))
	}
	return grants, nil
}

func twoStepGrant(u *admin.User) access.Grant {
	grant := access.Grant{
		ID: twoStep, Label: "2-step verification (with every second step)",
		Note: "The backup codes go with it, and app passwords may; whoever knows the password signs in with nothing else, so let nobody know it.",
	}
	switch {
	case u.IsEnforcedIn2Sv:
		grant.Label = "2-step verification (enforced, with every second step)"
		grant.Stays = &access.Error{
			Kind: access.Blocked, Op: "turn 2-step verification off", Reason: "it is enforced for the account, and Google turns it off for nobody of whom that is so",
			Fix: "Move the account to an organizational unit where it is not enforced; or tolerate the row: without the password and with the account " +
				"suspended the second steps lead nowhere.",
		}
	case u.Suspended:
		grant.Stays = errSuspended("turn 2-step verification off")
	}
	return grant
}

// errSuspended is why some authenticators stay with a suspended account (google.md section 5).
func errSuspended(op string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: op, Reason: "the account is suspended, and Google does this for an active account only",
		Fix: "Let offboard_authenticators come before offboard_account (depends_on). For an account that is suspended already: have it made active, with " +
			"a password that nobody knows, for as long as this takes; or tolerate the row for as long as it stays suspended.",
	}
}

// hasBackupCodes counts the codes and forgets them: Google shows them as they are.
func (c authenticators) hasBackupCodes(ctx context.Context, account access.AccountID) (bool, error) {
	call := reading(security, "count the backup codes of %s", account)
	codes, err := list(ctx, c.Google, call, func(ctx context.Context, _ string) (page[admin.VerificationCode], error) {
		answer, err := c.directory.VerificationCodes.List(string(account)).Context(ctx).Do()
		if err != nil {
			return page[admin.VerificationCode]{}, err
		}
		return page[admin.VerificationCode]{answer.Items, answer.Kind, ""}, nil
	})
	return len(codes) > 0, err
}

// Remove removes one of them.
func (c authenticators) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	switch grant {
	case password:
		return c.scramble(ctx, account)
	case recoveryEmail:
		call := managing(users, "clear the recovery address of %s", account)
		return gone, c.updateUser(ctx, call, account, &admin.User{ForceSendFields: []string{"RecoveryEmail"}})
	case recoveryPhone:
		call := managing(users, "clear the recovery phone of %s", account)
		return gone, c.updateUser(ctx, call, account, &admin.User{ForceSendFields: []string{"RecoveryPhone"}})
	case backupCodes:
		return gone, c.invalidate(ctx, account)
	case twoStep:
		return gone, c.turnOff(ctx, account)
	}
	// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
	return gone, ctx.Err()
}

// invalidate takes the backup codes away.
// POST /admin/directory/v1/users/{id}/verificationCodes/invalidate, scope admin.directory.user.security.
func (c authenticators) invalidate(ctx context.Context, account access.AccountID) error {
	u, err := c.user(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if u.Suspended {
		has, err := c.hasBackupCodes(ctx, account)
		if err != nil || !has {
			return system.IgnoreNotFound(err)
		}
		return errSuspended("invalidate the backup codes")
	}
	if err := c.stillNeeded(account, "invalidate the backup codes"); err != nil {
		return err
	}
	call := managing(security, "invalidate the backup codes of %s", name(u))
	err = c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.VerificationCodes.Invalidate(string(account)).Context(ctx).Do()
	})
	return whileActive(u, err)
}

// turnOff takes all second steps away at once.
// POST /admin/directory/v1/users/{id}/twoStepVerification/turnOff, scope admin.directory.user.security.
func (c authenticators) turnOff(ctx context.Context, account access.AccountID) error {
	u, err := c.user(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if !u.IsEnrolledIn2Sv {
		return nil
	}
	if stays := twoStepGrant(u).Stays; stays != nil {
		return stays
	}
	if err := c.stillNeeded(account, "turn 2-step verification off"); err != nil {
		return err
	}
	call := managing(security, "turn 2-step verification off for %s", name(u))
	err = c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.TwoStepVerification.TurnOff(string(account)).Context(ctx).Do()
	})
	if statusOf(err) >= 400 && access.KindOf(err) == access.Blocked {
		// What is read may be older than the last write: nothing is there to be turned off any more.
		if again, now := c.user(ctx, account); now == nil && !again.IsEnrolledIn2Sv {
			return nil
		}
	}
	return whileActive(u, withFix(err, "Google turns it off for nobody in the Advanced Protection Program: take the account out of it (Admin console, the "+
		"user, Security), or tolerate the row until the account is deleted."))
}

// scramble sets a password that nobody knows: Google has no way to take one away. The person is not asked for
// another one at the next sign-in, for that would be a way in.
// PUT /admin/directory/v1/users/{id}, scope admin.directory.user.
func (c authenticators) scramble(ctx context.Context, account access.AccountID) (access.Receipt, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return access.Receipt{Assurance: access.Observed}, system.IgnoreNotFound(err)
	}
	call := managing(users, "set a random password on %s", name(u))
	version, _, err := signIn(call, u)
	if err != nil {
		return access.Receipt{}, err
	}
	// Every class of characters that a policy may ask for, within Google's 100.
	value := rand.Text() + "-" + strings.ToLower(rand.Text()) + "7"
	c.unscrambled.Store(account, true)
	err = c.acknowledge(ctx, call, account, func(ctx context.Context) error {
		changed, err := c.directory.Users.Update(string(account), &admin.User{
			Password: value, ChangePasswordAtNextLogin: false, ForceSendFields: []string{"ChangePasswordAtNextLogin"},
		}).Context(ctx).Do()
		if err == nil && (!ofDirectory(changed.Kind) || changed.Id != string(account)) {
			return malformed(call, "something other than the account that was changed")
		}
		return err
	})
	if err == nil {
		c.unscrambled.Delete(account)
	}
	return access.Receipt{Assurance: access.Acknowledged, Version: version}, err
}

// stillNeeded is why the second steps stay where a new password was to be set and was not.
func (c authenticators) stillNeeded(account access.AccountID, op string) error {
	if _, failed := c.unscrambled.Load(account); !failed {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: op, Reason: "the password could not be replaced, and as long as somebody knows it the second steps are what keeps them out",
		Fix: "See to the password first.",
	}
}

// Refuse refuses what Google would not do.
func (c authenticators) Refuse(ctx context.Context, account access.AccountID, _ access.Holdings) error {
	return c.refuseAdministrator(ctx, account)
}
