package admin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// document reads what the API says of itself.
func document(t *testing.T, a *api) object {
	t.Helper()
	status, _, text := a.do("GET", "/api/v1/openapi.json", "", nil)
	var doc object
	if err := json.Unmarshal(text, &doc); err != nil || status != 200 {
		t.Fatalf("status %d, %v", status, err)
	}
	return doc
}

// conform checks a value against a schema of the document and returns what does not fit.
func conform(doc object, schema object, v any, path string) []string {
	if ref, ok := schema["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		target, ok := doc["components"].(object)["schemas"].(object)[name].(object)
		if !ok {
			return []string{path + ": no schema " + name}
		}
		return conform(doc, target, v, path)
	}
	var out []string
	switch schema["type"] {
	case "object":
		m, ok := v.(object)
		if !ok {
			return []string{fmt.Sprintf("%s: %T is not an object", path, v)}
		}
		properties, _ := schema["properties"].(object)
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if _, ok := m[name.(string)]; !ok {
				out = append(out, path+": no "+name.(string))
			}
		}
		for name, member := range m {
			if p, ok := properties[name].(object); ok {
				out = append(out, conform(doc, p, member, path+"."+name)...)
			} else if schema["additionalProperties"] == false {
				out = append(out, path+"."+name+" is not in the schema")
			} else if p, ok := schema["additionalProperties"].(object); ok {
				out = append(out, conform(doc, p, member, path+"."+name)...)
			}
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %T is not an array", path, v)}
		}
		for i, item := range list {
			out = append(out, conform(doc, schema["items"].(object), item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case "string":
		if _, ok := v.(string); !ok {
			out = append(out, fmt.Sprintf("%s: %T is not a string", path, v))
		}
	case "integer":
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			out = append(out, fmt.Sprintf("%s: %v is not a whole number", path, v))
		}
	case "number":
		if _, ok := v.(float64); !ok {
			out = append(out, fmt.Sprintf("%s: %T is not a number", path, v))
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			out = append(out, fmt.Sprintf("%s: %T is not a boolean", path, v))
		}
	}
	return out
}

// responseSchema finds what the document says an operation answers.
func responseSchema(doc object, path, method, status, kind string) (object, bool) {
	at := any(doc)
	for _, key := range []string{"paths", path, method, "responses", status, "content", kind, "schema"} {
		m, ok := at.(object)
		if !ok {
			return nil, false
		}
		at = m[key]
	}
	s, ok := at.(object)
	return s, ok
}

// TestOpenAPIDescribesWhatIsServed calls every operation and holds the answer against the document.
func TestOpenAPIDescribesWhatIsServed(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.servers[0].sessions = []Session{{Server: "EXCH01", ID: 1, User: "alice"}}
	doc := document(t, a)
	inbox := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages", "")
	if len(inbox.Messages) == 0 {
		t.Fatal("no messages")
	}
	fill := strings.NewReplacer("{name}", "alice", "{user}", "alice", "{id}", inbox.Messages[0].ID)
	bodies := map[string]string{"POST /api/v1/users": `{"name":"alice","password":"x"}`, "POST /api/v1/seed": `{"users":[]}`, "POST /api/v1/deliver": `{"to":["alice"],"eml":"Subject: x"}`, "PATCH /api/v1/log": `{"level":"info"}`, "POST /api/v1/snapshots": `{"name":"alice"}`}
	queries := map[string]string{"/api/v1/wait": "?for=message&user=alice", "/api/v1/mailboxes/{user}/messages": "?folder=Drafts"}
	operations := 0
	for path, item := range doc["paths"].(object) {
		for method, op := range item.(object) {
			operations++
			upper := strings.ToUpper(method)
			body := ""
			if op.(object)["requestBody"] != nil {
				if body = bodies[upper+" "+path]; body == "" {
					body = "{}"
				}
			}
			if path == "/api/v1/events" { // never ends
				continue
			}
			status, header, text := a.do(upper, fill.Replace(path)+queries[path], body, nil)
			if status == 204 {
				continue
			}
			schema, ok := responseSchema(doc, path, method, fmt.Sprint(status), header.Get("Content-Type"))
			if !ok {
				t.Errorf("%s %s: status %d of %s is not in the document\n%s", upper, path, status, header.Get("Content-Type"), text)
				continue
			}
			if schema["format"] == "binary" { // not JSON; tests of their own look into it
				continue
			}
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Errorf("%s %s: %v", upper, path, err)
			}
			for _, problem := range conform(doc, schema, v, upper+" "+path) {
				t.Error(problem)
			}
		}
	}
	s := &Server{opts: Options{}}
	if want := len(s.routes()); operations != want {
		t.Errorf("the document has %d operations, the table %d", operations, want)
	}
	p := a.refused(404, "GET", "/api/v1/users/nobody", "", nil)
	text, _ := json.Marshal(p)
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	schema, ok := responseSchema(doc, "/api/v1/users/{name}", "get", "default", "application/problem+json")
	if !ok || len(conform(doc, schema, v, "problem")) > 0 {
		t.Errorf("the problem does not fit: %v", conform(doc, schema, v, "problem"))
	}
}

func TestConformSeesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	schema := object{"type": "object", "additionalProperties": false, "required": []any{"a"}, "properties": object{"a": object{"type": "integer"}}}
	for _, v := range []any{object{}, object{"a": "1"}, object{"a": 1.5}, object{"a": 1.0, "b": true}, []any{}} {
		if len(conform(object{}, schema, v, "v")) == 0 {
			t.Errorf("%v conforms", v)
		}
	}
	if p := conform(object{}, schema, object{"a": 1.0}, "v"); len(p) > 0 {
		t.Errorf("%v", p)
	}
}
