package google

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/gmail/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// me is how Gmail calls the mailbox of whoever asks.
const me = "me"

// Mail settings, with their scopes by the discovery document. They belong to the mailbox: no privilege of an
// administrator reaches them, and its owner is shown them all. Filters are the exception: they are changed with the
// scope with which all settings are read.
var (
	mail    = thing{name: "mail settings", api: "Gmail API", read: "gmail.settings.basic", manage: "gmail.settings.sharing"}
	filters = thing{name: "mail filters", api: "Gmail API", read: "gmail.settings.basic", manage: "gmail.settings.basic"}
)

// settings asks for a part of the settings of somebody's mailbox, in their name.
func settings[T any](
	ctx context.Context, c delegations, u *admin.User, what string, fields []string, send func(context.Context, *gmail.UsersSettingsService) (T, error),
) (T, error) {
	call := reading(mail, "list %s of %s", what, name(u)).as(u.PrimaryEmail)
	answer, err := do(withShape(ctx, fields...), c.Google, call, func(ctx context.Context) (T, error) { return send(ctx, c.mail.Users.Settings) })
	return answer, noMailbox(u, err)
}

// change changes something in somebody's mailbox, in their name.
func (c delegations) change(
	ctx context.Context, u *admin.User, t thing, what, key string, send func(context.Context, *gmail.UsersSettingsService) error,
) error {
	call := managing(t, "take away %s from the mailbox of %s", strings.TrimSpace(what+" "+key), name(u)).as(u.PrimaryEmail)
	err := c.write(ctx, call, func(ctx context.Context) error { return send(ctx, c.mail.Users.Settings) })
	return whileActive(u, noMailbox(u, err))
}

// noMailbox explains a refusal to show an active account's settings: it has no mailbox, or one that is off. That says
// nothing of what its settings were, or will be once it is on.
func noMailbox(u *admin.User, err error) error {
	if status(u) != active || statusOf(err) != http.StatusBadRequest || !isPrecondition(err) {
		return err
	}
	return withFix(err, "Gmail shows no settings of "+name(u)+", because there is no mailbox, or the service is off for it: what was set before is not "+
		"known. Turn Gmail on for the account, suspend the account, or leave google out of this resource for this person.")
}

// mailDelegates are who may read the account's mail and send in its name.
// GET /gmail/v1/users/me/settings/delegates, scope gmail.settings.basic.
func (c delegations) mailDelegates(ctx context.Context, u *admin.User) ([]*gmail.Delegate, error) {
	answer, err := settings(ctx, c, u, "the mail delegates", []string{"delegates"},
		func(ctx context.Context, s *gmail.UsersSettingsService) (*gmail.ListDelegatesResponse, error) {
			return s.Delegates.List(me).Context(ctx).Do()
		})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(answer.Delegates, func(d *gmail.Delegate) bool { return d == nil || d.DelegateEmail == "" }) {
		return nil, unnamed(u, "a mail delegate")
	}
	return answer.Delegates, nil
}

func (c delegations) delegates(ctx context.Context, u *admin.User) (grants []access.Grant, err error) {
	found, err := c.mailDelegates(ctx, u)
	for _, d := range found {
		grants = append(grants, byAddress("delegate/", d.DelegateEmail, "reads and sends their mail", d.VerificationStatus))
	}
	return grants, err
}

// removeDelegate: DELETE /gmail/v1/users/me/settings/delegates/{address}, scope gmail.settings.sharing.
func (c delegations) removeDelegate(ctx context.Context, u *admin.User, address string) error {
	return c.change(ctx, u, mail, "the delegate", address, func(ctx context.Context, s *gmail.UsersSettingsService) error {
		return s.Delegates.Delete(me, address).Context(ctx).Do()
	})
}

func (c delegations) forwardingAddresses(ctx context.Context, u *admin.User) (grants []access.Grant, err error) {
	answer, err := settings(ctx, c, u, "the forwarding addresses", []string{"forwardingAddresses"},
		func(ctx context.Context, s *gmail.UsersSettingsService) (*gmail.ListForwardingAddressesResponse, error) {
			return s.ForwardingAddresses.List(me).Context(ctx).Do()
		})
	if err != nil {
		return nil, err
	}
	for _, f := range answer.ForwardingAddresses {
		if f == nil || f.ForwardingEmail == "" {
			return nil, unnamed(u, "a forwarding address")
		}
		grants = append(grants, byAddress("forwarding/", f.ForwardingEmail, "forwarding address", f.VerificationStatus))
	}
	return grants, nil
}

// removeForwardingAddress: DELETE /gmail/v1/users/me/settings/forwardingAddresses/{address}, scope
// gmail.settings.sharing. The forwarding and the filters that use it come before it in the order of ids. What of them is
// still there, because it is tolerated, or could not be taken away, or is new, would stop forwarding with the address,
// and none of that is for this row to end.
func (c delegations) removeForwardingAddress(ctx context.Context, u *admin.User, address string) error {
	if err := c.refuseInUse(ctx, u, address); err != nil {
		return err
	}
	return c.change(ctx, u, mail, "the forwarding address", address, func(ctx context.Context, s *gmail.UsersSettingsService) error {
		return s.ForwardingAddresses.Delete(me, address).Context(ctx).Do()
	})
}

// looks are how often it is looked whether a forwarding address is still in use: what was taken away just before may be
// shown for a moment.
const looks = 3

// refuseInUse refuses to take away an address to which mail is being forwarded.
func (c delegations) refuseInUse(ctx context.Context, u *admin.User, address string) error {
	for look := 1; ; look++ {
		uses, err := c.uses(ctx, u, address)
		switch {
		case err != nil:
			return err
		case len(uses) == 0:
			return nil
		case look == looks:
			return &access.Error{
				Kind: access.Blocked, Op: "take away the forwarding address " + address,
				Reason: "mail is still forwarded there, by " + strings.Join(uses, ", ") + ", which would end with it",
				Fix:    "Each is a row of its own: let it go first, or in the same plan. If it is tolerated, tolerate the address for as long.",
			}
		}
		if err := c.clock.Sleep(ctx, time.Duration(look)*time.Second); err != nil {
			return err
		}
	}
}

// uses are the ids of what forwards to an address.
func (c delegations) uses(ctx context.Context, u *admin.User, address string) (ids []string, err error) {
	to, err := c.forwardsTo(ctx, u)
	if err != nil {
		return nil, err
	}
	if to == address {
		ids = append(ids, "auto_forwarding/"+to)
	}
	found, err := c.forwarding(ctx, u)
	for _, f := range found {
		if spelled(f.Action.Forward) == address {
			ids = append(ids, "filter/"+f.Id)
		}
	}
	return ids, err
}

// autoForwarding is named by where it goes: forwarding to somebody else is another grant, which neither a plan nor a
// toleration has seen.
func (c delegations) autoForwarding(ctx context.Context, u *admin.User) ([]access.Grant, error) {
	to, err := c.forwardsTo(ctx, u)
	if err != nil || to == "" {
		return nil, err
	}
	return []access.Grant{{ID: access.GrantID("auto_forwarding/" + to), Label: to + " (all mail is forwarded there)"}}, nil
}

// forwardsTo is where all mail is forwarded, and "" if it is not.
func (c delegations) forwardsTo(ctx context.Context, u *admin.User) (string, error) {
	answer, err := settings(ctx, c, u, "the forwarding of all mail", []string{"enabled", "emailAddress", "disposition"},
		func(ctx context.Context, s *gmail.UsersSettingsService) (*gmail.AutoForwarding, error) {
			return s.GetAutoForwarding(me).Context(ctx).Do()
		})
	switch {
	case err != nil || !answer.Enabled:
		return "", err
	case answer.EmailAddress == "":
		return "", unnamed(u, "forwarding")
	}
	return spelled(answer.EmailAddress), nil
}

// removeAutoForwarding: PUT /gmail/v1/users/me/settings/autoForwarding, scope gmail.settings.sharing, if it still goes
// there. Its false has to be named to be sent.
func (c delegations) removeAutoForwarding(ctx context.Context, u *admin.User, address string) error {
	if to, err := c.forwardsTo(ctx, u); err != nil || to != address {
		return err
	}
	return c.change(ctx, u, mail, "the forwarding of all mail", "", func(ctx context.Context, s *gmail.UsersSettingsService) error {
		_, err := s.UpdateAutoForwarding(me, &gmail.AutoForwarding{Enabled: false, ForceSendFields: []string{"Enabled"}}).Context(ctx).Do()
		return err
	})
}

// filters are those that forward: what the others do stays in the mailbox.
func (c delegations) filters(ctx context.Context, u *admin.User) (grants []access.Grant, err error) {
	found, err := c.forwarding(ctx, u)
	for _, f := range found {
		// What a filter looks for may be anybody's secret: it goes by its id.
		grant := access.Grant{ID: access.GrantID("filter/" + f.Id), Label: fmt.Sprintf("%s (the filter %s forwards there)", spelled(f.Action.Forward), f.Id)}
		if len(f.Action.AddLabelIds)+len(f.Action.RemoveLabelIds) > 0 {
			grant.Note = "The filter goes as a whole: what else it does with the mail that it finds, such as to file or to hide it, ends too."
		}
		grants = append(grants, grant)
	}
	return grants, err
}

func (c delegations) forwarding(ctx context.Context, u *admin.User) (found []*gmail.Filter, err error) {
	answer, err := settings(ctx, c, u, "the mail filters", []string{"filter"},
		func(ctx context.Context, s *gmail.UsersSettingsService) (*gmail.ListFiltersResponse, error) {
			return s.Filters.List(me).Context(ctx).Do()
		})
	if err != nil {
		return nil, err
	}
	for _, f := range answer.Filter {
		switch {
		case f == nil || f.Id == "":
			return nil, unnamed(u, "a filter")
		case f.Action == nil || f.Action.Forward == "":
			continue
		}
		found = append(found, f)
	}
	return found, nil
}

// removeFilter: DELETE /gmail/v1/users/me/settings/filters/{id}, scope gmail.settings.basic.
func (c delegations) removeFilter(ctx context.Context, u *admin.User, id string) error {
	return c.change(ctx, u, filters, "the filter", id, func(ctx context.Context, s *gmail.UsersSettingsService) error {
		return s.Filters.Delete(me, id).Context(ctx).Do()
	})
}

// sendAs are the addresses in whose name mail can be sent, but the account's primary one, which stays. That it is
// there tells that the settings are those of this mailbox: a mailbox has at least this, and may have nothing else.
func (c delegations) sendAs(ctx context.Context, u *admin.User) (grants []access.Grant, err error) {
	answer, err := settings(ctx, c, u, "the addresses to send as", []string{"sendAs"},
		func(ctx context.Context, s *gmail.UsersSettingsService) (*gmail.ListSendAsResponse, error) {
			return s.SendAs.List(me).Context(ctx).Do()
		})
	if err != nil {
		return nil, err
	}
	primary := false
	for _, s := range answer.SendAs {
		switch {
		case s == nil || s.SendAsEmail == "":
			return nil, unnamed(u, "an address to send as")
		case s.IsPrimary:
			primary = primary || strings.EqualFold(s.SendAsEmail, u.PrimaryEmail)
		default:
			grants = append(grants, byAddress("send_as/", s.SendAsEmail, "sends as", s.VerificationStatus))
		}
	}
	if !primary {
		return nil, malformed(reading(mail, "list the mail settings of %s", name(u)), "the settings of a mailbox that is not that of "+name(u))
	}
	return grants, nil
}

// removeSendAs: DELETE /gmail/v1/users/me/settings/sendAs/{address}, scope gmail.settings.sharing.
func (c delegations) removeSendAs(ctx context.Context, u *admin.User, address string) error {
	return c.change(ctx, u, mail, "the address to send as", address, func(ctx context.Context, s *gmail.UsersSettingsService) error {
		return s.SendAs.Delete(me, address).Context(ctx).Do()
	})
}

// byAddress is a grant that an address names. One that was not confirmed gives nothing yet, and can at any time.
func byAddress(family, address, what, verification string) access.Grant {
	address = spelled(address)
	return access.Grant{ID: access.GrantID(family + address), Label: address + " (" + what + unconfirmed(verification) + ")"}
}

// unconfirmed is what a label says of an address that was not confirmed.
func unconfirmed(verification string) string {
	if verification == "" || verification == "accepted" {
		return ""
	}
	return ", " + system.OneLine(verification)
}

// spelled is an address as ids and labels have it.
func spelled(address string) string { return system.OneLine(strings.ToLower(address)) }

func unnamed(u *admin.User, what string) error {
	return malformed(reading(mail, "list the mail settings of %s", name(u)), what+" that names nobody")
}
