package github

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// people are everybody with access to the organisation, and the addresses that GitHub links to them.
type people struct {
	known   map[int64]belonging
	emails  map[int64][]string
	byEmail map[string][]int64
	// guids are the identities of managed users.
	guids map[int64]string
	// unknown are the logins of those with access of whom GitHub tells no address.
	unknown     []string
	invitations []*invitation
}

// everybody is people, as of the first time it is asked for in a run.
func (g *GitHub) everybody(ctx context.Context) (*people, error) {
	return g.people.Get(ctx, func() (*people, error) { return g.everybodyNow(ctx) })
}

func (g *GitHub) everybodyNow(ctx context.Context) (*people, error) {
	p := &people{
		known: map[int64]belonging{}, emails: map[int64][]string{}, byEmail: map[string][]int64{}, guids: map[int64]string{},
	}
	everybody, err := g.belonging(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range everybody {
		p.known[b.ID] = b
	}
	if g.config.Enterprise != "" {
		err = g.managedIdentities(ctx, p)
	} else {
		if err = g.linkedIdentities(ctx, p); err == nil {
			err = g.verifiedEmails(ctx, p)
		}
	}
	if err != nil {
		return nil, err
	}
	if p.invitations, err = g.invitations(ctx); err != nil {
		return nil, err
	}
	for _, i := range p.invitations {
		if i.Login == "" {
			continue
		}
		id, err := g.idOf(ctx, i.Login)
		if err != nil {
			return nil, err
		}
		if b, known := p.known[id]; id != 0 && (!known || b.status == notAMember) {
			p.known[id] = belonging{account{id, i.Login}, pending}
		}
	}
	for id, emails := range p.emails {
		slices.Sort(emails)
		p.emails[id] = slices.Compact(emails)
		for _, email := range p.emails[id] {
			p.byEmail[email] = append(p.byEmail[email], id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.known)) {
		if len(p.emails[id]) == 0 {
			p.unknown = append(p.unknown, p.known[id].Login)
		}
	}
	return p, nil
}

// note links addresses to an account. What is no address is a name at the identity provider.
func (p *people) note(who *user, addresses ...string) {
	if _, has := p.known[who.DatabaseID]; !has {
		p.known[who.DatabaseID] = belonging{account{who.DatabaseID, who.Login}, notAMember}
	}
	for _, address := range addresses {
		if _, err := access.ParsePerson(address); err == nil {
			p.emails[who.DatabaseID] = append(p.emails[who.DatabaseID], strings.ToLower(address))
		}
	}
}

// A user is an account as GraphQL has it.
type user struct {
	Login      string `json:"login"`
	DatabaseID int64  `json:"databaseId"`
}

func (u *user) whole() bool { return u != nil && u.DatabaseID != 0 && loginForm.MatchString(u.Login) }

type identityAttributes struct {
	NameID   string `json:"nameId"`
	Username string `json:"username"`
	Emails   []struct {
		Value string `json:"value"`
	} `json:"emails"`
}

func (a *identityAttributes) addresses() (addresses []string) {
	if a == nil {
		return nil
	}
	for _, email := range a.Emails {
		addresses = append(addresses, email.Value)
	}
	return append(addresses, a.NameID, a.Username)
}

// An identity is an account at the identity provider, and the one here that it is linked to: nil where nobody has claimed
// it yet.
type identity struct {
	GUID string              `json:"guid"`
	SAML *identityAttributes `json:"samlIdentity"`
	SCIM *identityAttributes `json:"scimIdentity"`
	User *user               `json:"user"`
}

type identityPage struct {
	Nodes    []*identity `json:"nodes"`
	PageInfo *pageInfo   `json:"pageInfo"`
}

type identityProvider struct {
	ExternalIdentities *identityPage `json:"externalIdentities"`
}

const identityFields = `externalIdentities(first: 100, after: $after) {
  nodes { guid samlIdentity { nameId username emails { value } } scimIdentity { username emails { value } } user { login databaseId } }
  pageInfo { hasNextPage endCursor }
}`

const linkedQuery = `query($org: String!, $after: String) { organization(login: $org) { samlIdentityProvider { ` + identityFields + ` } } }`

// linkedIdentities notes whom the organisation's own single sign-on links to whom. GraphQL samlIdentityProvider, which is
// null where there is none.
func (g *GitHub) linkedIdentities(ctx context.Context, p *people) error {
	call := readMembers.to("list the linked SAML and SCIM identities")
	return connection(call, func(after any) (*pageInfo, error) {
		answer, err := query[struct {
			Organization *struct {
				Provider *identityProvider `json:"samlIdentityProvider"`
			} `json:"organization"`
		}](ctx, g, call, linkedQuery, map[string]any{"org": g.config.Organization, "after": after})
		switch {
		case err != nil:
			return nil, err
		case answer.Organization == nil:
			return nil, malformed(call, "no organization")
		case answer.Organization.Provider == nil:
			return &pageInfo{}, nil
		}
		return p.identities(call, answer.Organization.Provider)
	})
}

// identities notes a page of identities.
func (p *people) identities(call op, provider *identityProvider) (*pageInfo, error) {
	page := provider.ExternalIdentities
	if page == nil || page.Nodes == nil {
		return nil, malformed(call, "an identity provider without its identities")
	}
	for _, i := range page.Nodes {
		switch {
		case i == nil || i.GUID == "":
			return nil, malformed(call, "an identity without an id")
		case i.User == nil:
			continue
		case !i.User.whole():
			return nil, malformed(call, "an identity of an account without an id and a login")
		}
		p.note(i.User, append(i.SAML.addresses(), i.SCIM.addresses()...)...)
		p.guids[i.User.DatabaseID] = i.GUID
	}
	return page.PageInfo, nil
}

const verifiedQuery = `query($org: String!, $after: String) { organization(login: $org) { membersWithRole(first: 100, after: $after) {
  nodes { login databaseId organizationVerifiedDomainEmails(login: $org) }
  pageInfo { hasNextPage endCursor }
} } }`

// verifiedEmails notes the members' addresses at domains that the organisation has verified.
func (g *GitHub) verifiedEmails(ctx context.Context, p *people) error {
	call := readMembers.to("list the members' email addresses at verified domains")
	return connection(call, func(after any) (*pageInfo, error) {
		answer, err := query[struct {
			Organization *struct {
				Members *struct {
					Nodes []*struct {
						user
						Emails []string `json:"organizationVerifiedDomainEmails"`
					} `json:"nodes"`
					PageInfo *pageInfo `json:"pageInfo"`
				} `json:"membersWithRole"`
			} `json:"organization"`
		}](ctx, g, call, verifiedQuery, map[string]any{"org": g.config.Organization, "after": after})
		if err != nil {
			return nil, err
		}
		if answer.Organization == nil || answer.Organization.Members == nil || answer.Organization.Members.Nodes == nil {
			return nil, malformed(call, "no members")
		}
		for _, m := range answer.Organization.Members.Nodes {
			if m == nil || !m.whole() {
				return nil, malformed(call, "a member without an id and a login")
			}
			p.note(&m.user, m.Emails...)
		}
		return answer.Organization.Members.PageInfo, nil
	})
}

const managedQuery = `query($slug: String!, $after: String) { enterprise(slug: $slug) { ownerInfo {
  samlIdentityProvider { ` + identityFields + ` }
  oidcProvider { ` + identityFields + ` }
} } }`

// managedIdentities notes the managed users of the enterprise. Only its owners are shown them.
func (g *GitHub) managedIdentities(ctx context.Context, p *people) error {
	call := enterprise.to("list the managed users of the enterprise")
	err := connection(call, func(after any) (*pageInfo, error) {
		answer, err := query[struct {
			Enterprise *struct {
				OwnerInfo *struct {
					SAML *identityProvider `json:"samlIdentityProvider"`
					OIDC *identityProvider `json:"oidcProvider"`
				} `json:"ownerInfo"`
			} `json:"enterprise"`
		}](ctx, g, call, managedQuery, map[string]any{"slug": g.config.Enterprise, "after": after})
		switch {
		case err != nil:
			return nil, err
		case answer.Enterprise == nil || answer.Enterprise.OwnerInfo == nil:
			return nil, &access.Error{
				Kind: access.Denied, Op: call.what, Reason: "GitHub does not show the identities of the enterprise to this credential", Fix: enterprise.wanted(),
			}
		}
		info := answer.Enterprise.OwnerInfo
		provider := info.SAML
		if provider == nil {
			provider = info.OIDC
		}
		if provider == nil {
			return nil, &access.Error{
				Kind: access.NotAvailable, Op: call.what, Reason: "the enterprise " + g.config.Enterprise + " has no identity provider, so it has no managed users",
				Fix: "Leave enterprise out of the provider block.",
			}
		}
		return p.identities(call, provider)
	})
	if err != nil {
		return err
	}
	users, err := g.scimUsers(ctx)
	if err != nil {
		return err
	}
	for id, guid := range p.guids {
		u, ok := users[guid]
		if !ok {
			return malformed(call, fmt.Sprintf("an identity, %s, that SCIM does not have", guid))
		}
		p.known[id] = belonging{p.known[id].account, managedStatus(u)}
	}
	return nil
}
