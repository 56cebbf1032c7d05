package google

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
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

// noContent is the answer of whatever the discovery document gives no response.
func noContent() reply { return reply{status: http.StatusNoContent} }

func (r reply) send(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	if r.body == nil {
		w.WriteHeader(r.status)
		return
	}
	data, err := json.Marshal(r.body)
	if err != nil {
		panic(err) // bodies are made of plain data
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(r.status)
	_, _ = w.Write(data) // a client that has gone is no concern of the server's
}

// tagged adds the ETag, which follows from the rest.
func tagged(body object) object {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	body["etag"] = `"` + letters(27, string(data)) + "/" + letters(27, "etag", string(data)) + `"`
	return body
}

// timestamp is the Directory API's way of writing a time.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// timestampOrNever is timestamp, with the beginning of Unix time for what never happened: the lastLoginTime of
// those who never signed in.
func timestampOrNever(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return timestamp(t)
}

// milliseconds is how app passwords write a time, as a string. The discovery document says Unix time and no
// unit; 0 is never (a guess).
func milliseconds(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
