package policy

import "strings"

// An Identity is whom templates in policies are filled in for: an entity with its aliases and its groups, inherited ones
// too.
type Identity struct {
	ID, Name string
	Metadata map[string]string
	Aliases  []Alias
	Groups   []Group
}

// An Alias is how an entity is known to one auth method.
type Alias struct {
	ID, Name, MountAccessor  string
	Metadata, CustomMetadata map[string]string
}

// A Group is an identity group.
type Group struct {
	ID, Name string
	Metadata map[string]string
}

// fill puts an identity into a template, as sdk/helper/identitytpl does. A path without a template is left as it is.
func (i *Identity) fill(path string) (string, error) {
	parts := strings.Split(path, "{{")
	filled := parts[0]
	for _, part := range parts[1:] {
		selector, rest, ok := strings.Cut(part, "}}")
		if !ok {
			return "", errNotTheirs
		}
		value, ok := i.value(strings.TrimSpace(selector))
		if !ok {
			return "", errNotTheirs
		}
		filled += value + rest
	}
	return filled, nil
}

// value is what a selector stands for.
func (i *Identity) value(selector string) (string, bool) {
	if i == nil {
		return "", false
	}
	if of, ok := strings.CutPrefix(selector, "identity.entity."); ok {
		return i.ofEntity(of)
	}
	by, ok := strings.CutPrefix(selector, "identity.groups.")
	if !ok {
		return "", false
	}
	parts := strings.SplitN(by, ".", 3)
	if len(parts) != 3 {
		return "", false
	}
	for _, g := range i.Groups {
		if parts[0] == "ids" && g.ID == parts[1] || parts[0] == "names" && g.Name == parts[1] {
			return g.value(parts[2])
		}
	}
	return "", false
}

func (i *Identity) ofEntity(of string) (string, bool) {
	switch of {
	case "id":
		return i.ID, true
	case "name":
		return i.Name, i.Name != ""
	}
	if key, ok := strings.CutPrefix(of, "metadata."); ok {
		return known(i.Metadata, key)
	}
	accessor, of, ok := strings.Cut(strings.TrimPrefix(of, "aliases."), ".")
	if !ok {
		return "", false
	}
	for _, alias := range i.Aliases {
		if alias.MountAccessor == accessor {
			return alias.value(of)
		}
	}
	return "", false
}

func (a Alias) value(of string) (string, bool) {
	switch of {
	case "id":
		return a.ID, true
	case "name":
		return a.Name, true
	}
	if key, ok := strings.CutPrefix(of, "metadata."); ok {
		return known(a.Metadata, key)
	}
	if key, ok := strings.CutPrefix(of, "custom_metadata."); ok {
		return known(a.CustomMetadata, key)
	}
	return "", false
}

func (g Group) value(of string) (string, bool) {
	switch of {
	case "id":
		return g.ID, true
	case "name":
		return g.Name, true
	}
	if key, ok := strings.CutPrefix(of, "metadata."); ok {
		return known(g.Metadata, key)
	}
	return "", false
}

// known is a value of metadata. Vault takes an empty one for none.
func known(metadata map[string]string, key string) (string, bool) {
	value := metadata[key]
	return value, value != ""
}
