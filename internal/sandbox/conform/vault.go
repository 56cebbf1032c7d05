package conform

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// vault is Vault's document, read once in a test process.
var vault = sync.OnceValues(func() (*document, error) {
	return load("github.com/hashicorp/vault-client-go", "openapi.json", func(d *document) error {
		prepareVault(d)
		asServed(d.root)
		return nil
	})
})

// vaultErrors is what every operation may be answered with besides, in the one form that Vault's errors have: the document
// tells only of success.
var vaultErrors = []string{"400", "403", "404", "405", "412", "429", "500", "503"}

// vaultMounts is what the sandbox has mounted where the document has any mount of a kind: its paths differ in the name of the
// parameter alone.
var vaultMounts = map[string]string{
	"{userpass_mount_path}": "userpass", "{ldap_mount_path}": "ldap", "{approle_mount_path}": "approle", "{jwt_mount_path}": "oidc",
	"{oidc_mount_path}": "oidc", "{kv_v2_mount_path}": "kv", "{kv_v1_mount_path}": "legacy", "{database_mount_path}": "database", "{pki_mount_path}": "pki",
}

// asServed corrects the schemas where Vault is known to do otherwise. A duration is a number of seconds or "0s", and no ISO
// 8601; a map that is empty is null; and lists of what has names beside ids tell them in key_info (vault.md sections 2 and 7,
// and builtin/credential/approle of Vault 1.21.4). The document is older than what Vault tells of who wrote a secret.
func asServed(node any) {
	switch node := node.(type) {
	case object:
		switch node["format"] {
		case "seconds", "duration":
			delete(node, "type")
			delete(node, "format")
		case "map", "kvpairs":
			node["nullable"] = true
		}
		if schema, ok := node["StandardListResponse"].(object); ok {
			child(schema, "properties")["key_info"] = mapOf(object{
				"name": text(), "aliases": object{"type": "array", "items": fields(object{
					"id": text(), "canonical_id": text(), "name": text(), "mount_accessor": text(), "mount_path": text(), "mount_type": text(),
				})},
			})
		}
		if schema, ok := node["KvV2ReadMetadataResponse"].(object); ok {
			by := object{"type": "object", "nullable": true}
			child(schema, "properties")["versions"] = mapOf(object{
				"created_time": text(), "deletion_time": text(), "destroyed": object{"type": "boolean"}, "created_by": by, "deleted_by": by,
			})
			child(schema, "properties")["last_updated_by"] = by
		}
		if schema, ok := node["PkiReadCertResponse"].(object); ok {
			child(schema, "properties")["authority_key_id"] = text()
		}
		for _, value := range node {
			asServed(value)
		}
	case []any:
		for _, value := range node {
			asServed(value)
		}
	}
}

func text() object { return object{"type": "string"} }

func fields(of object) object { return object{"type": "object", "properties": of} }

func mapOf(values object) object {
	return object{"type": "object", "additionalProperties": fields(values)}
}

// undescribed marks the operations of whose data the document says nothing: of their answers only the envelope is checked.
const undescribed = "x-undescribed"

// prepareVault makes of Vault's document what its answers can be checked against. It describes the data of an answer and not
// the envelope, and of most operations neither; it names POST where the clients send PUT, which Vault takes for the same.
func prepareVault(d *document) {
	wrong := object{"description": "an error", "content": object{"application/json": object{"schema": object{
		"type": "object", "properties": object{"errors": object{"type": "array", "items": object{"type": "string"}}},
	}}}}
	for _, op := range d.operations {
		for i, segment := range op.segments {
			if at, ok := vaultMounts[segment]; ok {
				op.segments[i] = at
			} else if strings.HasSuffix(segment, "_mount_path}") {
				op.segments[i] = "nowhere"
			}
		}
		responses := child(op.def, "responses")
		for _, of := range []string{"200", "204"} {
			response, there := responses[of].(object)
			if there && of == "200" && response["content"] == nil {
				response["content"] = object{"application/json": object{"schema": object{"type": "object"}}}
				op.def[undescribed] = true
			}
		}
		if op.method != http.MethodGet && responses["204"] == nil {
			responses["204"] = object{"description": "done"}
		}
		for _, status := range vaultErrors {
			if responses[status] == nil {
				responses[status] = wrong
			}
		}
	}
}

// Vault is Okta, of Vault.
func Vault(t testing.TB) func(sandbox.Exchange) {
	t.Helper()
	d, err := vault()
	if err != nil {
		t.Fatalf("Vault's API description: %v", err)
	}
	return func(exchange sandbox.Exchange) {
		for _, wrong := range d.checkVault(exchange) {
			t.Errorf("%s %s: %s", exchange.Method, exchange.URL.RequestURI(), wrong)
		}
	}
}

// checkVault is check, of an exchange as the document describes it: without the prefix of all paths, with the slash that ends
// the path of a list, and without the envelope.
func (d *document) checkVault(exchange sandbox.Exchange) []string {
	path, ok := strings.CutPrefix(exchange.URL.Path, "/v1")
	if !ok {
		return []string{"the path does not begin with /v1"}
	}
	if exchange.Method == http.MethodPut {
		exchange.Method = http.MethodPost
		// The client says nothing of what it sends, and Vault asks nothing.
		exchange.Header = exchange.Header.Clone()
		exchange.Header.Set("Content-Type", "application/json")
	}
	if exchange.URL.Query().Get("list") == "true" && !strings.HasSuffix(path, "/") {
		path += "/"
	}
	exchange.URL = &url.URL{Scheme: "http", Host: exchange.URL.Host, Path: vaultPath(path), RawQuery: exchange.URL.RawQuery}
	if wrong := unwrap(&exchange); wrong != "" {
		return []string{wrong}
	}
	if op := d.find(exchange.Method, exchange.URL.Path); op != nil && op.def[undescribed] != nil && exchange.Status < 400 && len(exchange.Answer) > 0 {
		exchange.Answer = []byte("{}")
	}
	return d.check(exchange)
}

// vaultPath is a path as a template of the document matches it: the key of a secret is one parameter there, whatever slashes
// are in it, and has none for the folder at the top.
func vaultPath(path string) string {
	if path == "/legacy/" {
		return "/legacy/top/"
	}
	mount, key, ok := strings.Cut(path, "/metadata/")
	if !ok {
		return path
	}
	list := ""
	if key == "" || strings.HasSuffix(key, "/") {
		list = "/"
	}
	if key = strings.Trim(key, "/"); key == "" {
		key = "top"
	}
	return mount + "/metadata/" + strings.ReplaceAll(key, "/", "_") + list
}

// unwrap takes the data out of the envelope.
func unwrap(exchange *sandbox.Exchange) (wrong string) {
	if exchange.Faulted || len(exchange.Answer) == 0 || exchange.Status >= 400 && exchange.Status != http.StatusNotFound {
		return ""
	}
	var envelope struct {
		RequestID *string          `json:"request_id"`
		Errors    *[]string        `json:"errors"`
		Data      *json.RawMessage `json:"data"`
	}
	err := json.Unmarshal(exchange.Answer, &envelope)
	switch {
	case err == nil && exchange.Status == http.StatusNotFound && envelope.Errors != nil:
		return ""
	case err != nil || envelope.RequestID == nil:
		return "an answer without Vault's envelope"
	case exchange.Status == http.StatusNotFound:
		// What is gone may be told of in the data (vault.md section 7).
		exchange.Answer = []byte("{}")
		return ""
	}
	exchange.Answer = []byte("{}")
	if envelope.Data != nil && !bytes.Equal(*envelope.Data, []byte("null")) {
		exchange.Answer = *envelope.Data
	}
	return ""
}
