package aws

import (
	"context"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Sessions are the temporary credentials that came of the user, as one grant: console sessions and those of GetSessionToken and
// GetFederationToken, which AWS can't list. And, only where revoke_role_sessions names roles, the older sessions of each of
// them, which are everybody's.
func Sessions(o *IAM) access.Connector { return sessions{guarded{o}} }

type sessions struct{ guarded }

var _ access.Guard = sessions{}

const (
	ownSessions = "sessions"
	// rolePrefix begins the id of a role's sessions; the role's own id follows.
	rolePrefix = "role-sessions/"

	// userRevocation is the inline policy of the user that denies everything to its temporary credentials. They have the rights
	// that the user has at the moment (aws.md section 4), so it ends those there are. It has no date, as AWS's own for roles has,
	// since a session could be begun after the date for as long as a key or the password is left, and would never show.
	userRevocation = "OffboardSessionsRevoked"
	// roleRevocation is AWS's own name for the policy of a role that denies everything to its older sessions.
	roleRevocation = "AWSRevokeOlderSessions"
)

// List returns the user's sessions until a policy denies everything to them, or to the user, and the sessions of each role that
// was asked for. Whether the person has sessions of a role, or had, nobody can tell.
func (c sessions) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	_, ended, err := c.denials(ctx, u)
	if err != nil {
		return nil, err
	}
	if !ended {
		label := "console sessions and temporary credentials"
		if u.lastSignIn != "" {
			label += " (the last sign-in to the console on " + u.lastSignIn + ")"
		}
		grants = append(grants, access.Grant{
			ID: ownSessions, Label: label,
			Note: "The inline policy " + userRevocation + " denies everything to them, to those that are yet to come too, until somebody deletes it. Sessions of " +
				"roles that the person has assumed are not among them, and go on for up to 12 hours: revoke_role_sessions ends those of a role, everybody's.",
		})
	}
	for _, name := range c.config.RevokeRoleSessions {
		grant, err := c.ofRole(ctx, name)
		if err != nil {
			return nil, err
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// A role is what this package needs of one.
type role struct {
	id, name, path string
	tags           []tag
}

// role reads a role that the configuration names. GetRole.
func (o *IAM) role(ctx context.Context, name string) (*role, error) {
	call := doing("iam:GetRole", "read the role %s", name)
	out, err := ask(ctx, o.connection, call, o.iam.GetRole, &iam.GetRoleInput{RoleName: &name})
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: "the account has no such role",
			Fix: "Correct or remove it in revoke_role_sessions, in the provider block.",
		}
	case err != nil:
		return nil, err
	case out.Role == nil || sdk.ToString(out.Role.RoleId) == "":
		return nil, malformed(call, "a role without an id")
	}
	return &role{*out.Role.RoleId, name, sdk.ToString(out.Role.Path), tagsOf(out.Role.Tags)}, nil
}

// ofRole is the grant of a role's sessions. Its version is empty as long as nothing revokes them, and the same word whenever
// something does: that somebody else's exit moves the date on takes nothing from this one.
func (c sessions) ofRole(ctx context.Context, name string) (access.Grant, error) {
	r, err := c.role(ctx, name)
	if err != nil {
		return access.Grant{}, err
	}
	grant := access.Grant{
		ID: access.GrantID(rolePrefix + r.id), Label: "sessions of the role " + name + ", everybody's",
		Note: strings.TrimSpace("This ends everybody's sessions of the role " + name + " that are older than the apply, not this person's alone: they have to " +
			"assume it again. Keep the policy " + roleRevocation + " on the role: later sessions it leaves alone, and without it this row is back. " +
			managed("The role", r.tags)),
	}
	if grant.Stays = r.stays(); grant.Stays != nil {
		return grant, nil //nolint:nilerr // that it stays is what there is to say
	}
	at, own, err := c.revoked(ctx, name)
	if err != nil {
		return access.Grant{}, err
	}
	if !at.IsZero() {
		grant.Version = revokedVersion
	}
	if !own {
		grant.Stays = r.otherwise()
	}
	return grant, nil
}

const revokedVersion = "revoked"

// stays says why the sessions of some roles can't be revoked in the account.
func (r *role) stays() *access.Error {
	blocked := &access.Error{Kind: access.Blocked, Op: "revoke the sessions of the role " + r.name}
	switch {
	case strings.HasPrefix(r.path, "/aws-service-role/"):
		blocked.Reason = "it is linked to a service of AWS's, and people have no sessions of it"
		blocked.Fix = "Take it out of revoke_role_sessions."
	case strings.HasPrefix(r.path, "/aws-reserved/"):
		blocked.Reason = "it belongs to a permission set of IAM Identity Center, which can't be changed in the account"
		blocked.Fix = "Take it out of revoke_role_sessions, and put the Deny into the inline policy of the permission set, or into a service control policy " +
			"on identitystore:UserId."
	default:
		return nil
	}
	return blocked
}

// otherwise says that the policy of AWS's name is not what AWS's console makes of it: to write it anew would undo what somebody
// meant by it.
func (r *role) otherwise() *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "revoke the sessions of the role " + r.name,
		Reason: "its inline policy " + roleRevocation + " says something else than that older sessions are denied everything",
		Fix:    "Give that policy another name, and plan again.",
	}
}

// revoked is the moment before which the sessions of the role are denied everything, and zero where nothing does that; and whether
// there is no policy of that name, or one that says nothing else. GetRolePolicy.
func (c sessions) revoked(ctx context.Context, name string) (at time.Time, own bool, err error) {
	call := doing("iam:GetRolePolicy", "look for the policy %s of the role %s", roleRevocation, name)
	out, err := ask(ctx, c.connection, call, c.iam.GetRolePolicy, &iam.GetRolePolicyInput{RoleName: &name, PolicyName: sdk.String(roleRevocation)})
	if err != nil {
		return time.Time{}, true, system.IgnoreNotFound(err)
	}
	d, err := parse(call, out.PolicyDocument)
	if err != nil {
		return time.Time{}, false, err
	}
	at, err = time.Parse(time.RFC3339, d.deniesOlder())
	return at, err == nil && len(d.Statement) == 1, nil
}

// Remove denies everything to the user's temporary credentials, or to the sessions of a role up to now. The first can be seen to
// be so; of the second it can't be seen whose they were. PutUserPolicy, PutRolePolicy.
func (c sessions) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if grant == ownSessions {
		gone := access.Receipt{Assurance: access.Observed}
		u, err := c.user(ctx, id)
		if err != nil {
			return gone, system.IgnoreNotFound(err)
		}
		return gone, c.put(ctx, u, userRevocation, text(userRevocation, map[string]map[string]string{"Null": {"aws:TokenIssueTime": "false"}}))
	}
	wanted, ok := strings.CutPrefix(string(grant), rolePrefix)
	for _, name := range c.config.RevokeRoleSessions {
		r, err := c.role(ctx, name)
		switch {
		case err != nil:
			return access.Receipt{}, err
		case !ok || r.id != wanted:
			continue
		case r.stays() != nil:
			return access.Receipt{}, r.stays()
		}
		return access.Receipt{Assurance: access.Acknowledged, Version: revokedVersion}, c.revoke(ctx, r)
	}
	// Nobody asks for it any more, or the role is another.
	return access.Receipt{Assurance: access.Observed}, nil
}

// revoke moves the moment on to now, and never back.
func (c sessions) revoke(ctx context.Context, r *role) error {
	at, own, err := c.revoked(ctx, r.name)
	now := c.clock.Now()
	switch {
	case err != nil:
		return err
	case !own:
		return r.otherwise()
	case at.After(now):
		return nil
	}
	document := text(roleRevocation, map[string]map[string]string{"DateLessThan": {"aws:TokenIssueTime": now.UTC().Format(time.RFC3339)}})
	call := doing("iam:PutRolePolicy", "give the role %s the inline policy %s", r.name, roleRevocation)
	_, err = ask(ctx, c.connection, call, c.iam.PutRolePolicy, &iam.PutRolePolicyInput{
		RoleName: &r.name, PolicyName: sdk.String(roleRevocation), PolicyDocument: &document,
	})
	return err
}

// Refuse keeps the credential in use from ending its own session, and that of who is leaving from running this.
func (c sessions) Refuse(ctx context.Context, id access.AccountID, going access.Holdings) error {
	all, err := c.identities(ctx)
	if err != nil {
		return err
	}
	for _, own := range all {
		// The id of a role's session is that of the role, a colon, and the name of the session.
		role, _, _ := strings.Cut(own.id, ":")
		if _, goes := going[access.GrantID(rolePrefix+role)]; goes {
			name, _, _ := own.assumed()
			return &access.Error{
				Kind: access.Blocked, Op: "revoke the sessions of the role " + name, Reason: "the credential in use is a session of this very role",
				Fix: "Take the role out of revoke_role_sessions, or run this with another credential.",
			}
		}
	}
	return c.guarded.Refuse(ctx, id, going)
}
