// Package policy says what Vault's ACL policies allow, as Vault itself decides it: which rule of several that match a
// path is the one that counts, and what becomes of rules with templates in them.
//
// It follows vault/acl.go and vault/policy.go of github.com/hashicorp/vault v1.21.4. What it leaves out makes it answer yes where Vault might say no:
// rules on parameters, on response wrapping, on control groups. So what it says somebody may do is never less than the
// truth.
package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
)

// The capabilities.
const (
	Create = "create"
	Read   = "read"
	Update = "update"
	Delete = "delete"
	List   = "list"
	Sudo   = "sudo"
	Deny   = "deny"
	// Root is what a token with the policy "root" has on every path.
	Root = "root"
)

// A Rule is one path of a policy, with what is allowed there.
type Rule struct {
	Path         string
	Capabilities []string
}

// A Policy is a document that has been read.
type Policy struct {
	Name  string
	Rules []Rule
}

// older are the words that stood in place of capabilities before there were any.
var older = map[string][]string{
	"deny":  {Deny},
	"read":  {Read, List},
	"write": {Create, Read, Update, Delete, List},
	"sudo":  {Create, Read, Update, Delete, List, Sudo},
}

// Parse reads a policy document: HCL, or JSON, which the same parser reads.
func Parse(name, document string) (Policy, error) {
	p := Policy{Name: name}
	file, err := hcl.Parse(document)
	if err != nil {
		return p, fmt.Errorf("the policy %s can't be read: %w", name, err)
	}
	top, ok := file.Node.(*ast.ObjectList)
	if !ok {
		return p, fmt.Errorf("the policy %s is not a list of paths", name)
	}
	for _, item := range top.Filter("path").Items {
		rule := Rule{}
		if len(item.Keys) > 0 {
			rule.Path, _ = item.Keys[0].Token.Value().(string)
		}
		var body struct {
			Policy       string   `hcl:"policy"`
			Capabilities []string `hcl:"capabilities"`
		}
		if err := hcl.DecodeObject(&body, item.Val); err != nil {
			return p, fmt.Errorf("the policy %s can't be read at %q: %w", name, rule.Path, err)
		}
		rule.Path = strings.TrimPrefix(rule.Path, "/")
		rule.Capabilities = append(body.Capabilities, older[body.Policy]...)
		p.Rules = append(p.Rules, rule)
	}
	return p, nil
}

// An ACL is what several policies allow together.
type ACL struct {
	root    bool
	exact   map[string][]string
	prefix  map[string][]string
	segment map[string][]string
}

// New makes an ACL of policies, of which templates have been filled in for who. A rule whose template names what this
// person does not have allows nothing, as in Vault.
func New(who *Identity, policies ...Policy) *ACL {
	a := &ACL{exact: map[string][]string{}, prefix: map[string][]string{}, segment: map[string][]string{}}
	for _, p := range policies {
		if p.Name == "root" {
			a.root = true
		}
		for _, rule := range p.Rules {
			path, err := who.fill(rule.Path)
			if err != nil {
				continue
			}
			rules, key := a.exact, path
			switch wildcard := strings.HasPrefix(path, "+/") || strings.Contains(path, "/+"); {
			case wildcard:
				rules = a.segment
			case strings.HasSuffix(path, "*"):
				rules, key = a.prefix, strings.TrimSuffix(path, "*")
			}
			rules[key] = merge(rules[key], rule.Capabilities)
		}
	}
	return a
}

// merge adds capabilities to those of the same path in another policy. A denial stays one.
func merge(have, more []string) []string {
	if slices.Contains(have, Deny) || slices.Contains(more, Deny) {
		return []string{Deny}
	}
	for _, capability := range more {
		if !slices.Contains(have, capability) {
			have = append(have, capability)
		}
	}
	return have
}

// Capabilities are what is allowed on a path, in order; nothing where no rule matches or the path is denied. A path of a list ends in a slash.
func (a *ACL) Capabilities(path string) []string {
	if a.root {
		return []string{Root}
	}
	path = strings.TrimPrefix(path, "/")
	found, ok := a.exact[path]
	if !ok && strings.HasSuffix(path, "/") {
		if found, ok = a.exact[strings.TrimSuffix(path, "/")]; !ok {
			found, ok = a.wildcards(strings.TrimSuffix(path, "/"))
		}
	}
	if !ok {
		found, _ = a.wildcards(path)
	}
	if slices.Contains(found, Deny) {
		return nil
	}
	return slices.Sorted(slices.Values(found))
}

// Allows says that something is allowed on a path.
func (a *ACL) Allows(capability, path string) bool {
	capabilities := a.Capabilities(path)
	return slices.Contains(capabilities, Root) || slices.Contains(capabilities, capability)
}

// A match is a rule with wildcards that matches a path, with what its rank is decided by.
type match struct {
	// first is where the first wildcard or the end of a prefix is.
	first        int
	prefix       bool
	wildcards    int
	path         string
	capabilities []string
}

// above says that m counts and not n, in the order of vault/acl.go.
func (m match) above(n match) bool {
	switch {
	case m.first != n.first:
		return m.first > n.first
	case m.prefix != n.prefix:
		return n.prefix
	case m.wildcards != n.wildcards:
		return m.wildcards < n.wildcards
	case len(m.path) != len(n.path):
		return len(m.path) > len(n.path)
	}
	return m.path > n.path
}

func (a *ACL) wildcards(path string) ([]string, bool) {
	var best *match
	take := func(m match) {
		if best == nil || m.above(*best) {
			best = &m
		}
	}
	for prefix, capabilities := range a.prefix {
		if strings.HasPrefix(path, prefix) {
			take(match{first: len(prefix), prefix: true, path: prefix, capabilities: capabilities})
		}
	}
	for pattern, capabilities := range a.segment {
		if m, ok := matchSegments(pattern, path); ok {
			m.capabilities = capabilities
			take(m)
		}
	}
	if best == nil {
		return nil, false
	}
	return best.capabilities, true
}

// matchSegments matches a pattern in which a + stands for one segment, and a * at the end for anything.
func matchSegments(pattern, path string) (match, bool) {
	m := match{first: strings.Index(pattern, "+")}
	pattern, m.prefix = strings.CutSuffix(pattern, "*")
	m.path = pattern
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(got) < len(want) || !m.prefix && len(got) != len(want) {
		return m, false
	}
	for i, part := range want {
		switch {
		case part == "+":
			m.wildcards++
		case part == got[i], m.prefix && i == len(want)-1 && strings.HasPrefix(got[i], part):
		default:
			return m, false
		}
	}
	return m, true
}

var errNotTheirs = errors.New("the template names what this entity does not have")
