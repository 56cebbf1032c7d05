package google

import (
	"fmt"
	"strings"
)

// A selector is the parameter fields, with which a client says what it wants of an answer:
// "nextPageToken,users(id,name/givenName)". A nil one is everything.
type selector struct{ fields map[string]*selector }

// parseSelector reads a whole parameter. Its error is where it makes no sense.
func parseSelector(mask string) (*selector, error) {
	s, rest, err := parseFields(mask)
	if err == nil && rest != "" {
		err = fmt.Errorf("%s", rest)
	}
	return s, err
}

// parseFields reads a list of fields, up to its end or a closing bracket.
func parseFields(mask string) (s *selector, rest string, err error) {
	s = &selector{fields: map[string]*selector{}}
	for {
		var into *selector
		at := s
		for {
			end := strings.IndexAny(mask, ",/()")
			if end < 0 {
				end = len(mask)
			}
			name := strings.TrimSpace(mask[:end])
			if name == "" {
				return nil, "", fmt.Errorf("%s", mask)
			}
			mask = mask[end:]
			if !strings.HasPrefix(mask, "/") {
				if strings.HasPrefix(mask, "(") {
					if into, mask, err = parseFields(mask[1:]); err != nil {
						return nil, "", err
					}
					if !strings.HasPrefix(mask, ")") {
						return nil, "", fmt.Errorf("%s", mask)
					}
					mask = mask[1:]
				}
				at.add(name, into)
				break
			}
			mask = mask[1:]
			deeper := &selector{fields: map[string]*selector{}}
			at.add(name, deeper)
			at = at.fields[name]
			if at == nil {
				at = deeper // the whole field is wanted already
			}
		}
		if !strings.HasPrefix(mask, ",") {
			return s, mask, nil
		}
		mask = mask[1:]
	}
}

// add asks for a field: all of it, or what a selector of its own says.
func (s *selector) add(name string, inner *selector) {
	known, asked := s.fields[name]
	switch {
	case !asked:
		s.fields[name] = inner
	case known == nil || inner == nil:
		s.fields[name] = nil
	default:
		for name, deeper := range inner.fields {
			known.add(name, deeper)
		}
	}
}

// cut is what the selector leaves of a decoded answer.
func (s *selector) cut(value any) any {
	if s == nil {
		return value
	}
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = s.cut(value[i])
		}
	case object:
		for name := range value {
			inner, asked := s.fields[name]
			inAll, every := s.fields["*"]
			switch {
			case asked:
				value[name] = inner.cut(value[name])
			case every:
				value[name] = inAll.cut(value[name])
			default:
				delete(value, name)
			}
		}
	}
	return value
}
