package github

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// A node is an object of GraphQL: its fields, each with what it answers to its arguments: a node, nodes, or plain data.
type node map[string]func(args map[string]any) any

// plain is a field that is what it is.
func plain(value any) func(map[string]any) any { return func(map[string]any) any { return value } }

// query answers a query. What it asks for and the sandbox does not have is an error.
func (c *call) query() reply {
	var body struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	if !c.decode(&body) {
		return failure(http.StatusBadRequest, "Problems parsing JSON")
	}
	document, err := parser.ParseQuery(&ast.Source{Input: body.Query})
	if err != nil || len(document.Operations) != 1 || document.Operations[0].Operation != ast.Query {
		return ok(object{"errors": []object{{"message": fmt.Sprintf("Parse error: %v", err)}}})
	}
	x := &execution{variables: body.Variables}
	data := x.object(document.Operations[0].SelectionSet, c.root(x))
	if len(x.errors) > 0 {
		return ok(object{"data": data, "errors": x.errors})
	}
	return ok(object{"data": data})
}

// An execution is one query being answered.
type execution struct {
	variables map[string]any
	errors    []object
}

func (x *execution) fail(kind, message string) any {
	x.errors = append(x.errors, object{"type": kind, "message": message, "path": []string{}})
	return nil
}

func (x *execution) object(selections ast.SelectionSet, n node) object {
	answer := object{}
	for _, selection := range selections {
		if fragment, is := selection.(*ast.InlineFragment); is {
			if typeOf := n["__typename"]; typeOf != nil && typeOf(nil) == fragment.TypeCondition {
				maps.Copy(answer, x.object(fragment.SelectionSet, n))
			}
			continue
		}
		field, is := selection.(*ast.Field)
		if !is {
			x.fail("UNSUPPORTED", "the sandbox knows no named fragments")
			continue
		}
		resolve, known := n[field.Name]
		if !known {
			x.fail("UNSUPPORTED", "the sandbox has no field "+field.Name)
			continue
		}
		args := map[string]any{}
		for _, argument := range field.Arguments {
			if value, err := argument.Value.Value(x.variables); err == nil && value != nil {
				args[argument.Name] = value
			}
		}
		answer[field.Alias] = x.value(field.SelectionSet, resolve(args))
	}
	return answer
}

func (x *execution) value(selections ast.SelectionSet, value any) any {
	switch value := value.(type) {
	case node:
		if value == nil {
			return nil
		}
		return x.object(selections, value)
	case []node:
		rows := []any{}
		for _, n := range value {
			rows = append(rows, x.value(selections, n))
		}
		return rows
	}
	return value
}

func (c *call) root(x *execution) node {
	return node{
		"organization": func(args map[string]any) any {
			if !c.inGraph("members", "read:org") || args["login"] != c.state.Login {
				return x.fail("NOT_FOUND", fmt.Sprintf("Could not resolve to an Organization with the login of '%v'.", args["login"]))
			}
			return c.organizationNode()
		},
		"nodes": func(args map[string]any) any {
			ids, _ := args["ids"].([]any)
			nodes := []node{}
			for _, id := range ids {
				nodes = append(nodes, c.invitationNode(fmt.Sprint(id)))
			}
			return nodes
		},
		"repository": func(args map[string]any) any {
			r := c.state.repoByName(fmt.Sprint(args["name"]))
			if r == nil || !c.seen(r) || args["owner"] != c.state.Login {
				return x.fail("NOT_FOUND", fmt.Sprintf("Could not resolve to a Repository with the name '%v'.", args["name"]))
			}
			return c.repoNode(r)
		},
		"enterprise": func(args map[string]any) any {
			if c.state.Enterprise == "" || args["slug"] != c.state.Enterprise {
				return x.fail("NOT_FOUND", fmt.Sprintf("Could not resolve to a Business with the URL slug of '%v'.", args["slug"]))
			}
			return node{"ownerInfo": func(map[string]any) any {
				if c.by.app || !slices.Contains(c.by.token.Scopes, "read:enterprise") {
					return node(nil)
				}
				return node{"samlIdentityProvider": plain(c.provider()), "oidcProvider": plain(nil)}
			}}
		},
	}
}

// inGraph says that the caller may be shown a thing: the App by a permission, and an owner by a scope.
func (c *call) inGraph(permission, scope string) bool {
	if c.by.app {
		return c.real.App.Permissions[permission] != ""
	}
	has := func(s string) bool { return slices.Contains(c.by.token.Scopes, s) }
	return c.by.user.Member == "admin" && (has(scope) || scope == "read:org" && has("admin:org"))
}

func (c *call) organizationNode() node {
	return node{
		"samlIdentityProvider": func(map[string]any) any {
			if !c.state.SAML || c.state.Enterprise != "" {
				return nil
			}
			return c.provider()
		},
		"membersWithRole": func(args map[string]any) any {
			var nodes []node
			for _, u := range sorted(c.state.Users) {
				if !u.Pending && (u.Member == "admin" || u.Member == "member") {
					nodes = append(nodes, c.userNode(u))
				}
			}
			return c.connection(args, "nodes", nodes)
		},
		"repositories": func(args map[string]any) any {
			var nodes []node
			for _, r := range sorted(c.state.Repos) {
				if c.seen(r) {
					nodes = append(nodes, c.repoNode(r))
				}
			}
			return c.connection(args, "nodes", nodes)
		},
	}
}

// connection cuts nodes to a page. A cursor is where the page before it ended.
func (c *call) connection(args map[string]any, field string, nodes []node) node {
	size, from := 100, 0
	if n, err := strconv.Atoi(fmt.Sprint(args["first"])); err == nil {
		size = min(n, 100)
	}
	if c.api.opts.PageSize > 0 {
		size = min(size, c.api.opts.PageSize)
	}
	if after, is := args["after"].(string); is {
		from, _ = strconv.Atoi(strings.TrimPrefix(after, "cursor:"))
	}
	from = min(from, len(nodes))
	to := min(from+size, len(nodes))
	var cursor any
	if to > from {
		cursor = "cursor:" + strconv.Itoa(to)
	}
	return node{
		field:      plain(append([]node{}, nodes[from:to]...)),
		"pageInfo": plain(node{"hasNextPage": plain(to < len(nodes)), "endCursor": plain(cursor)}),
	}
}

func (c *call) userNode(u *user) node {
	emails := []string{}
	if u.Verified {
		emails = append(emails, u.Email)
	}
	return node{"login": plain(u.Login), "databaseId": plain(u.ID), "organizationVerifiedDomainEmails": plain(emails)}
}

// provider is the identity provider, with who is linked and who has not been yet.
func (c *call) provider() node {
	return node{
		"id": plain(nodeID("IDP", c.state.ID)),
		"externalIdentities": func(args map[string]any) any {
			nodes := []node{}
			for _, u := range sorted(c.state.Users) {
				// Who has left may be linked all the same: GitHub leaves the identity behind (github.md section 4).
				if !u.Linked {
					continue
				}
				nodes = append(nodes, node{
					"guid":         plain(guid(u)),
					"samlIdentity": plain(node{"nameId": plain(u.Email), "username": plain(nil), "emails": plain([]node{})}),
					"scimIdentity": plain(node(nil)), "user": plain(c.userNode(u)),
				})
			}
			nodes = append(nodes, node{
				"guid": plain("ffffffff-0000-4000-8000-000000000000"), "samlIdentity": plain(node(nil)),
				"scimIdentity": plain(node{"username": plain("nobody.yet@acme.example"), "emails": plain([]node{})}), "user": plain(node(nil)),
			})
			if c.state.Enterprise != "" {
				nodes = nodes[:len(nodes)-1]
			}
			return c.connection(args, "nodes", nodes)
		},
	}
}

func (c *call) repoNode(r *repo) node {
	return node{
		"databaseId": plain(r.ID), "name": plain(r.Name), "isPrivate": plain(r.Private), "isArchived": plain(r.Archived),
		"collaborators": func(args map[string]any) any {
			if !c.inGraph("administration", "repo") {
				return node(nil)
			}
			edges := []node{}
			for _, u := range sorted(c.state.Users) {
				sources := c.state.sources(r, u)
				// Who was given rights by themselves. That who is only in a team is not among them is a guess (github.md section 6).
				direct := r.Direct[u.ID] != ""
				if len(sources) == 0 || args["affiliation"] == "DIRECT" && !direct {
					continue
				}
				if login, asked := args["login"].(string); asked && !strings.EqualFold(login, u.Login) {
					continue
				}
				edges = append(edges, c.edge(u, sources))
			}
			return c.connection(args, "edges", edges)
		},
	}
}

// invitationNode is an open invitation to a repository, and nil if there is none.
func (c *call) invitationNode(id string) node {
	for _, r := range sorted(c.state.Repos) {
		for _, i := range r.Invitations {
			if nodeID("RI", i.ID) != id || !c.seen(r) || !c.inGraph("administration", "repo") {
				continue
			}
			email := any(nil)
			if i.Email != "" {
				email = i.Email
			}
			return node{"__typename": plain("RepositoryInvitation"), "id": plain(id), "email": plain(email)}
		}
	}
	return nil
}

func (c *call) edge(u *user, sources []source) node {
	nodes := []node{}
	for _, s := range sources {
		// The permission is one of four, the role's name any.
		permission := map[string]string{"read": "READ", "triage": "READ", "write": "WRITE", "maintain": "WRITE", "admin": "ADMIN"}[s.Role]
		nodes = append(nodes, node{"roleName": plain(s.Role), "permission": plain(permission), "source": plain(node{"__typename": plain(s.Type)})})
	}
	return node{
		"permission": plain(strings.ToUpper(strongest(sources))), "node": plain(c.userNode(u)), "permissionSources": plain(nodes),
	}
}
