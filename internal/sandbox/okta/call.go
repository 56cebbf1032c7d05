package okta

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// A call is one request being served. The org's lock is held until it is known what to answer.
type call struct {
	api   *api
	op    operation
	r     *http.Request
	query url.Values
	body  []byte
	base  string // where the client reached us: scheme and host
	now   time.Time
	state *state
	// before is the state before a write, where lists lag behind.
	before *state

	by *caller
	// What the path names, where it names one.
	user    *user
	primary *user
	group   *group
	app     *app
	rule    *rule
	token   *apiToken
	device  *device
	idp     *idp
	role    *customRole
	set     *resourceSet
}

// resolvers find what the wildcards of the paths name. They bear the names that Okta's document gives them,
// and with them its difference: {id} may be a login, {userId} may not.
var resolvers = map[string]func(c *call, name string) *failure{
	"id":            (*call).resolveLogin,
	"userIdOrLogin": (*call).resolveLogin,
	"userId": func(c *call, name string) *failure {
		return found(&c.user, c.state.Users[name], name, "User")
	},
	"primaryUserId": func(c *call, name string) *failure {
		return found(&c.primary, c.state.Users[name], name, "User")
	},
	"groupId": func(c *call, name string) *failure {
		return found(&c.group, c.state.Groups[name], name, "UserGroup")
	},
	"groupRuleId": func(c *call, name string) *failure {
		return found(&c.rule, c.state.Rules[name], name, "GroupRule")
	},
	"appId": func(c *call, name string) *failure {
		return found(&c.app, c.state.Apps[name], name, "AppInstance")
	},
	"clientId": func(c *call, name string) *failure {
		return found(&c.app, c.state.Apps[name], name, "PublicClientApp")
	},
	"deviceId": func(c *call, name string) *failure {
		return found(&c.device, c.state.Devices[name], name, "UDDevice")
	},
	"idpId": func(c *call, name string) *failure {
		return found(&c.idp, c.state.IdPs[name], name, "IdpAppInstance")
	},
	"apiTokenId": func(c *call, name string) *failure {
		token := c.state.APITokens[name]
		if token == nil || token.expired(c.now) {
			return notFound(name, "ApiToken")
		}
		c.token, c.user = token, c.state.Users[token.Owner]
		return nil
	},
	"roleIdOrLabel": func(c *call, name string) *failure {
		role := byLabel(c.state.CustomRoles, name, func(r *customRole) string { return r.Label })
		return found(&c.role, role, name, "CustomRole")
	},
	"resourceSetIdOrLabel": func(c *call, name string) *failure {
		set := byLabel(c.state.ResourceSets, name, func(r *resourceSet) string { return r.Label })
		return found(&c.set, set, name, "ResourceSet")
	},
}

func found[T any](into **T, thing *T, name, kind string) *failure {
	if thing == nil {
		return notFound(name, kind)
	}
	*into = thing
	return nil
}

func byLabel[T any](things map[string]*T, name string, label func(*T) string) *T {
	if thing, ok := things[name]; ok {
		return thing
	}
	for _, thing := range sandbox.Sorted(things) {
		if label(thing) == name {
			return thing
		}
	}
	return nil
}

// resolveLogin accepts what Okta's document does for getUser. me is the owner of the API token; a service app
// is nobody.
func (c *call) resolveLogin(name string) *failure {
	if name == "me" {
		return found(&c.user, c.by.user, name, "User")
	}
	return found(&c.user, c.state.findUser(name), name, "User")
}

// resolve finds everything the path names. A wildcard without a resolver is the handler's own business.
func (c *call) resolve() *reply {
	for _, segment := range strings.Split(c.op.path, "/") {
		name, ok := strings.CutPrefix(segment, "{")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		if resolver, ok := resolvers[name]; ok {
			if failure := resolver(c, c.r.PathValue(name)); failure != nil {
				return failure.asReply()
			}
		}
	}
	return nil
}

// checkRights: the caller needs the operation's rights over what the path names. What the caller may see
// elsewhere but not here does not exist for them; for the rest they are told that it is forbidden.
func (c *call) checkRights() *reply {
	needs := c.op.needs
	if needs.own && c.isOwn() {
		return nil
	}
	for _, need := range []struct {
		right string
		over  any
		where string
	}{
		{needs.org, nil, ""},
		{needs.user, c.user, "User"},
		{needs.group, c.group, "UserGroup"},
		{needs.app, c.app, "AppInstance"},
	} {
		if need.right == "" || c.state.may(c.by, need.right, need.over) {
			continue
		}
		if need.over != nil && c.state.mayAnywhere(c.by, need.right) {
			return notFound(idOf(need.over), need.where).asReply()
		}
		return forbidden().asReply()
	}
	if needs.some != "" && !c.state.mayAnywhere(c.by, needs.some) {
		return forbidden().asReply()
	}
	// Only a super admin touches a super admin, or a group that makes people admins.
	touchesAdmins := c.user != nil && c.state.isSuperAdmin(c.user) ||
		c.group != nil && len(c.state.assignmentsTo(c.group.ID)) > 0
	if c.op.method != http.MethodGet && touchesAdmins && !c.state.may(c.by, assignRoles, nil) {
		return forbidden().asReply()
	}
	return nil
}

func idOf(thing any) string {
	switch thing := thing.(type) {
	case *user:
		return thing.ID
	case *group:
		return thing.ID
	case *app:
		return thing.ID
	}
	return ""
}

// isOwn says that the path names the caller.
func (c *call) isOwn() bool {
	return c.user != nil && c.user == c.by.user || c.app != nil && c.app == c.by.app
}

// sees says whether a thing is in the lists that this caller gets. Rows that a caller may not see are left out
// without a word.
func (c *call) sees(right string, thing any) bool { return c.state.may(c.by, right, thing) }

// decode reads the request's body. Okta ignores what it does not know; here a field that the sandbox does not
// know fails the request, so that no test passes for its being ignored.
func (c *call) decode(into any) *failure {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil || decoder.More() {
		return malformedBody()
	}
	return nil
}

// flag is a query parameter that is true or false.
func (c *call) flag(name string, otherwise bool) bool {
	switch c.query.Get(name) {
	case "true":
		return true
	case "false":
		return false
	default:
		return otherwise
	}
}

func (c *call) pathValue(name string) string { return c.r.PathValue(name) }

// link is a reference to somewhere in this org.
func (c *call) link(path string) object { return object{"href": c.base + path} }
