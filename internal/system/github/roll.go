package github

import (
	"context"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

var _ access.Registrar = (*GitHub)(nil)

// Roll lists everybody who has access to the organisation: members, outside collaborators, those with an open invitation, and
// the managed users of the enterprise. Not in it is who has left: they are in no list of GitHub's, and nothing lets them in. A
// billing manager who is no member is in no list either, and is found by their identity if they have one here.
// GET /orgs/{org}/members, /orgs/{org}/outside_collaborators and /orgs/{org}/invitations, the identities in GraphQL, and
// GET /orgs/{org}/memberships/{username} of those who are linked and in none of the lists.
func (g *GitHub) Roll(ctx context.Context) ([]access.Entry, error) {
	all, err := g.everybodyNow(ctx)
	if err != nil {
		return nil, err
	}
	var roll []access.Entry
	for id, b := range all.known {
		if b.status == notAMember {
			m, is, err := g.membership(ctx, &subject{account: b.account})
			if err != nil {
				return nil, err
			}
			if !is {
				continue
			}
			b.status = m.status()
		}
		roll = append(roll, access.Entry{Account: b.entry(all.emails[id])})
	}
	for _, i := range all.invitations {
		if i.Login == "" {
			roll = append(roll, access.Entry{Account: i.account()})
		}
	}
	if fault := access.RollFault(roll); fault != "" {
		return nil, malformed(op{what: "list everybody"}, fault)
	}
	return roll, nil
}
