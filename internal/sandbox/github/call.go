package github

import (
	"bytes"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// An object is a JSON object of the API.
type object = map[string]any

// A reply is what an operation answers. A nil body is none.
type reply struct {
	status int
	header http.Header
	body   any
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

func done() reply { return reply{status: http.StatusNoContent} }

func failure(status int, message string) reply {
	return reply{status: status, body: object{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	}}
}

func notFound() reply { return failure(http.StatusNotFound, "Not Found") }

// invalid is GitHub's refusal of what it understood.
func invalid(message string) reply {
	return reply{status: http.StatusUnprocessableEntity, body: object{"message": message, "documentation_url": "https://docs.github.com/rest"}}
}

// A call is one request being served. The organization's lock is held until it is known what to answer.
type call struct {
	api  *api
	op   operation
	r    *http.Request
	body []byte
	base string // where the client reached us: scheme and host
	now  time.Time
	by   caller
	// state is what is seen, which may be as it was a while ago, and real is as it is.
	state, real *state
}

// A caller is whose credential it is: a token's owner, the App's installation, or the App itself.
type caller struct {
	user  *user
	token *token
	app   bool
	// itself says that it is the App, and not its installation.
	itself bool
}

// AppKey is the private key of the App, as PEM.
//
//go:embed app.pem
var AppKey string

// authenticate finds out who calls.
func (c *call) authenticate() (who string, refused *reply) {
	bad := failure(http.StatusUnauthorized, "Bad credentials")
	secret, bearer := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return "", &bad
	}
	if strings.Count(secret, ".") == 2 {
		if !c.signedByApp(secret) {
			return "", &bad
		}
		c.by = caller{app: true, itself: true}
		return "app", nil
	}
	if t, known := c.real.Tokens[digest(secret)]; known {
		c.by = caller{user: c.real.Users[t.Owner], token: &t}
		return strconv.FormatInt(t.Owner, 10), nil
	}
	if expires, known := c.real.App.Issued[digest(secret)]; known && c.now.Before(expires) {
		c.by = caller{app: true}
		return "installation", nil
	}
	return "", &bad
}

// signedByApp checks the App's word: signed with its key, and at most ten minutes long.
func (c *call) signedByApp(text string) bool {
	block, _ := pem.Decode([]byte(AppKey))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		panic(err) // it is ours
	}
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return false
	}
	var claims jwt.Claims
	if parsed.Claims(&key.PublicKey, &claims) != nil || claims.Issuer != AppID || claims.Expiry == nil || claims.IssuedAt == nil {
		return false
	}
	issued, expires := claims.IssuedAt.Time(), claims.Expiry.Time()
	return !issued.After(c.now) && expires.After(c.now) && expires.Sub(issued) <= 10*time.Minute
}

// allowed says what the credential lacks for the operation.
func (c *call) allowed() *reply {
	n := c.op.needs
	refuse := func(r reply) *reply { return &r }
	switch {
	case c.op.asApp != c.by.itself:
		return refuse(failure(http.StatusUnauthorized, "A JSON web token could not be decoded"))
	case n.anybody || c.by.itself:
		return nil
	case c.by.app:
		has := c.real.App.Permissions[n.permission]
		if n.permission == "" || has == "" || n.write && has != "write" {
			return refuse(failure(http.StatusForbidden, "Resource not accessible by integration"))
		}
		return nil
	case len(n.scopes) == 0:
		return refuse(failure(http.StatusForbidden, "This endpoint is only available to GitHub Apps"))
	case !slices.ContainsFunc(n.scopes, func(scope string) bool { return slices.Contains(c.by.token.Scopes, scope) }):
		return refuse(failure(http.StatusForbidden, "You need at least "+n.scopes[0]+" scope"))
	case c.by.user.Member != "admin" && !n.members:
		return refuse(failure(http.StatusForbidden, "You must be an admin of this organization"))
	}
	return nil
}

// decode reads the request's body. A field that the sandbox does not know fails the request, so that no test passes for its
// being ignored.
func (c *call) decode(into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into) == nil
}

// An entry is a row of a list, with the number by which the list is ordered.
type entry struct {
	id  int64
	row any
}

// page cuts a list to the page that is asked for, and links to the next.
func (c *call) page(list []entry, usual int) ([]any, http.Header) {
	slices.SortStableFunc(list, func(a, b entry) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
	query := c.r.URL.Query()
	size, number := usual, 1
	if n, err := strconv.Atoi(query.Get("per_page")); err == nil {
		size = min(n, 100)
	}
	if c.api.opts.PageSize > 0 {
		size = min(size, c.api.opts.PageSize)
	}
	if n, err := strconv.Atoi(query.Get("page")); err == nil {
		number = n
	}
	from := min((number-1)*size, len(list))
	rows := []any{}
	for _, e := range list[from:min(from+size, len(list))] {
		rows = append(rows, e.row)
	}
	header := http.Header{}
	if from+size < len(list) {
		header.Set("Link", "<"+c.at(query, number+1)+`>; rel="next", <`+c.at(query, (len(list)+size-1)/size)+`>; rel="last"`)
	}
	return rows, header
}

func (c *call) at(query url.Values, page int) string {
	query.Set("page", strconv.Itoa(page))
	return c.base + c.r.URL.EscapedPath() + "?" + query.Encode()
}

// list answers with a page of an array.
func (c *call) list(list []entry) reply {
	rows, header := c.page(list, 30)
	return reply{status: http.StatusOK, header: header, body: rows}
}

// listIn answers with a page of an array in an object that says how many there are.
func (c *call) listIn(field, count string, list []entry) reply {
	rows, header := c.page(list, 30)
	return reply{status: http.StatusOK, header: header, body: object{count: len(list), field: rows}}
}

func (c *call) named(name string) string { return c.r.PathValue(name) }

func (c *call) number(name string) int64 {
	n, err := strconv.ParseInt(c.named(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
