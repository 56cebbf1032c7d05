package aws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// An object is a structure of an answer, before it is known in which protocol it is written.
type object = map[string]any

// A failure is an error of AWS's.
type failure struct {
	status        int
	code, message string
	fields        object
}

func fail(status int, code, format string, args ...any) *failure {
	return &failure{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func noSuchEntity(format string, args ...any) *failure {
	return fail(http.StatusNotFound, "NoSuchEntity", format, args...)
}

func validation(format string, args ...any) *failure {
	return fail(http.StatusBadRequest, "ValidationError", format, args...)
}

// resourceNotFound is how the JSON services say it.
func resourceNotFound(kind, format string, args ...any) *failure {
	f := fail(http.StatusBadRequest, "ResourceNotFoundException", format, args...)
	if kind != "" {
		f.fields = object{"ResourceType": kind}
	}
	return f
}

var namespaces = map[string]string{
	"iam": "https://iam.amazonaws.com/doc/2010-05-08/",
	"sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

const requestID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"

// send writes the answer in the protocol of the service that was called.
func (c *call) send(w http.ResponseWriter, result object, failed *failure) {
	w.Header().Set("X-Amzn-Requestid", requestID)
	status := http.StatusOK
	if failed != nil {
		status = failed.status
	}
	var body []byte
	if namespace, query := namespaces[c.service]; query {
		w.Header().Set("Content-Type", "text/xml")
		body = c.xml(namespace, result, failed)
	} else {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		body = asJSON(result, failed)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (c *call) xml(namespace string, result object, failed *failure) []byte {
	var b bytes.Buffer
	if failed != nil {
		fmt.Fprintf(&b, "<ErrorResponse xmlns=%q>", namespace)
		writeXML(&b, "Error", object{"Type": "Sender", "Code": failed.code, "Message": failed.message})
		writeXML(&b, "RequestId", requestID)
		b.WriteString("</ErrorResponse>")
		return b.Bytes()
	}
	fmt.Fprintf(&b, "<%sResponse xmlns=%q>", c.operation, namespace)
	if result != nil {
		writeXML(&b, c.operation+"Result", result)
	}
	writeXML(&b, "ResponseMetadata", object{"RequestId": requestID})
	fmt.Fprintf(&b, "</%sResponse>", c.operation)
	return b.Bytes()
}

func writeXML(b *bytes.Buffer, name string, value any) {
	switch value := value.(type) {
	case nil:
		return
	case time.Time:
		writeXML(b, name, value.UTC().Format(time.RFC3339))
		return
	case []object:
		fmt.Fprintf(b, "<%s>", name)
		for _, item := range value {
			writeXML(b, "member", item)
		}
	case map[string]int:
		fmt.Fprintf(b, "<%s>", name)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			writeXML(b, "entry", object{"key": key, "value": value[key]})
		}
	case []string:
		fmt.Fprintf(b, "<%s>", name)
		for _, item := range value {
			writeXML(b, "member", item)
		}
	case object:
		fmt.Fprintf(b, "<%s>", name)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			writeXML(b, key, value[key])
		}
	default:
		fmt.Fprintf(b, "<%s>", name)
		_ = xml.EscapeText(b, []byte(fmt.Sprint(value)))
	}
	fmt.Fprintf(b, "</%s>", name)
}

func asJSON(result object, failed *failure) []byte {
	if failed != nil {
		result = object{"__type": failed.code, "message": failed.message}
		maps.Copy(result, failed.fields)
	}
	data, err := json.Marshal(plain(result))
	if err != nil {
		panic(err) // it is plain data
	}
	return data
}

// plain has times as seconds since 1970, as JSON 1.1 has them, and leaves out what is not there.
func plain(value any) any {
	switch value := value.(type) {
	case time.Time:
		return float64(value.UnixMilli()) / 1000
	case object:
		out := object{}
		for key, inner := range value {
			if inner != nil {
				out[key] = plain(inner)
			}
		}
		return out
	case []object:
		out := []any{}
		for _, inner := range value {
			out = append(out, plain(inner))
		}
		return out
	}
	return value
}

// tags are tags as every service lists them.
func tags(all map[string]string) []object {
	list := []object{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, object{"Key": key, "Value": all[key]})
	}
	return list
}

// when is a time, and nothing for one that never was.
func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// orNothing is a text, and nothing for an empty one.
func orNothing(s string) any {
	if s == "" {
		return nil
	}
	return s
}
