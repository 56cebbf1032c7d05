package okta

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An expression is a condition on a thing's attributes: a filter or search of the API (SCIM), or what a group
// rule matches (Okta's expression language). Both are comparisons joined by and and or; only the words differ.
type expression func(attribute func(name string) string) bool

// A dialect is the words of one kind of expression, and the attributes it may compare, each with the
// operators allowed on it.
type dialect struct {
	and, or    string
	operators  map[string]func(have, want string) bool
	attributes func(name, operator string) bool
	// fold says that letter case does not matter in what is compared.
	fold bool
}

var errExpression = errors.New("not a supported expression")

// maxDepth is how deep parentheses may be nested: nobody needs more, and a parser that recurses needs some
// limit.
const maxDepth = 50

// scim is the dialect of the API's filters and searches. attributes maps each attribute to its operators.
func scim(fold bool, attributes map[string][]string) dialect {
	return dialect{
		and: "and", or: "or", fold: fold,
		operators: map[string]func(have, want string) bool{
			"eq": func(have, want string) bool { return have == want },
			"sw": strings.HasPrefix,
			// Okta writes times so that their text sorts as they do.
			"gt": func(have, want string) bool { return have > want },
			"ge": func(have, want string) bool { return have >= want },
			"lt": func(have, want string) bool { return have < want },
			"le": func(have, want string) bool { return have <= want },
		},
		attributes: func(name, operator string) bool { return slices.Contains(attributes[name], operator) },
	}
}

// ruleDialect is what the sandbox understands of the expressions of group rules.
var ruleDialect = dialect{
	and: "&&", or: "||",
	operators: map[string]func(have, want string) bool{"==": func(have, want string) bool { return have == want }},
	attributes: func(name, _ string) bool {
		attribute, ok := strings.CutPrefix(name, "user.")
		return ok && slices.Contains(profileAttributes, attribute)
	},
}

// parse reads an expression.
func (d dialect) parse(text string) (expression, error) {
	tokens, err := tokens(text)
	if err != nil {
		return nil, err
	}
	p := &parser{dialect: d, tokens: tokens}
	e, err := p.disjunction()
	if err == nil && len(p.tokens) > 0 {
		err = errExpression
	}
	return e, err
}

type token struct {
	text   string
	quoted bool
}

// tokens splits an expression into words, symbols, parentheses and quoted strings.
func tokens(text string) ([]token, error) {
	var list []token
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		switch rest[0] {
		case '"':
			value, after, err := quoted(rest[1:])
			if err != nil {
				return nil, err
			}
			list, rest = append(list, token{value, true}), after
		case '(', ')':
			list, rest = append(list, token{text: rest[:1]}), rest[1:]
		default:
			first, _ := utf8.DecodeRuneInString(rest)
			symbol := !wordRune(first)
			end := strings.IndexFunc(rest, func(r rune) bool {
				return unicode.IsSpace(r) || strings.ContainsRune(`"()`, r) || wordRune(r) == symbol
			})
			if end < 0 {
				end = len(rest)
			}
			list, rest = append(list, token{text: rest[:end]}), rest[end:]
		}
	}
	return list, nil
}

func wordRune(r rune) bool {
	return r == '.' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// quoted reads up to the closing quote; a backslash makes a character stand for itself.
func quoted(text string) (value, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], nil
		case '\\':
			if i++; i == len(text) {
				return "", "", errExpression
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", errExpression
}

type parser struct {
	dialect
	tokens []token
	depth  int
}

// take takes the next token if it is this word. Operators are not case-sensitive.
func (p *parser) take(word string) bool {
	if len(p.tokens) > 0 && !p.tokens[0].quoted && strings.EqualFold(p.tokens[0].text, word) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *parser) disjunction() (expression, error) {
	return p.joined(p.or, p.conjunction, func(a, b expression) expression {
		return func(get func(string) string) bool { return a(get) || b(get) }
	})
}

func (p *parser) conjunction() (expression, error) {
	return p.joined(p.and, p.term, func(a, b expression) expression {
		return func(get func(string) string) bool { return a(get) && b(get) }
	})
}

func (p *parser) joined(
	word string, part func() (expression, error), join func(a, b expression) expression,
) (expression, error) {
	e, err := part()
	for err == nil && p.take(word) {
		var right expression
		if right, err = part(); err == nil {
			e = join(e, right)
		}
	}
	return e, err
}

func (p *parser) term() (expression, error) {
	if p.take("(") {
		if p.depth++; p.depth > maxDepth {
			return nil, errExpression
		}
		e, err := p.disjunction()
		if err == nil && !p.take(")") {
			err = errExpression
		}
		p.depth--
		return e, err
	}
	if len(p.tokens) < 3 || p.tokens[0].quoted || p.tokens[1].quoted || !p.tokens[2].quoted {
		return nil, errExpression
	}
	name, operator, want := p.tokens[0].text, strings.ToLower(p.tokens[1].text), p.tokens[2].text
	p.tokens = p.tokens[3:]
	compare, ok := p.operators[operator]
	if !ok || !p.attributes(name, operator) {
		return nil, errExpression
	}
	fold := func(s string) string { return s }
	if p.fold {
		fold = strings.ToLower
	}
	return func(get func(string) string) bool { return compare(fold(get(name)), fold(want)) }, nil
}
